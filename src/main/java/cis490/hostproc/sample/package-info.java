/** Deadlines and the loop: when a sample is taken, and what becomes of it. */
@NullMarked
package cis490.hostproc.sample;

import org.jspecify.annotations.NullMarked;
