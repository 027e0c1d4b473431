/**
 * Kernel text to numbers: a class for each file of the kernel that is read, and what they share.
 *
 * <p>Needs the JDK alone. Nothing here logs, counts or decides; it reads, and names what is wrong.
 * The fields and their units are those of proc(5).
 */
@NullMarked
package cis490.hostproc.proc;

import org.jspecify.annotations.NullMarked;
