/**
 * The JSONL file: append, repair, follow. It is the log; the topic is its replica.
 *
 * <p>Needs only the JDK, and carries bytes: lines, whatever they contain. The rules are those of
 * "File" in {@code docs/architecture.md}.
 */
@NullMarked
package cis490.hostproc.journal;

import org.jspecify.annotations.NullMarked;
