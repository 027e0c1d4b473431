/**
 * The record and its one canonical line.
 *
 * <p>Turns what {@code proc} read into the bytes that the file and the topic both hold. Allocates
 * nothing per row.
 */
package cis490.hostproc.row;
