/**
 * The JSONL file: append, repair, follow. It is the log of which the topic is a replica.
 *
 * <p>Needs the JDK alone, and carries bytes: lines, whatever they say. The rules are those of
 * "File" in {@code docs/architecture.md}.
 */
package cis490.hostproc.journal;
