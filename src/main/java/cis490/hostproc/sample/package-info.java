/**
 * Deadlines and the loop: when a sample is taken, and what becomes of it. Also the command that is
 * started to be sampled, and what it inherits.
 */
package cis490.hostproc.sample;
