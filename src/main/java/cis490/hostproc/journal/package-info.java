/**
 * The JSONL file: append, repair, follow. It is the log; the topic is its replica.
 *
 * <p>Needs only the JDK, and carries bytes: lines, whatever they contain. The rules are those of
 * "File" in {@code docs/architecture.md}.
 */
package cis490.hostproc.journal;
