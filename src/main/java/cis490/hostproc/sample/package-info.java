/** Deadlines and the loop: when a sample is taken, and what becomes of it. */
package cis490.hostproc.sample;
