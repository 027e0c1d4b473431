/**
 * The record and its one canonical line.
 *
 * <p>Turns the numbers that {@code proc} has read into the bytes that the file and the topic both
 * hold. {@code Row} and {@code RowEncoder} are made once and used again for each row.
 */
@NullMarked
package cis490.hostproc.row;

import org.jspecify.annotations.NullMarked;
