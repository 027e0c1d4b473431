/**
 * What is done with an episode that is recorded already: ship its file, verify, export, retire.
 * Each returns a record of what it found, takes a callback for progress, and prints nothing.
 */
@NullMarked
package cis490.hostproc.archive;

import org.jspecify.annotations.NullMarked;
