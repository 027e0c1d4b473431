/**
 * Kernel text to numbers: one file here for one kernel file, each named after it.
 *
 * <p>Needs the JDK alone. Nothing here logs, counts or decides; it reads, and names what is wrong.
 * The fields and their units are those of proc(5).
 */
package cis490.hostproc.proc;
