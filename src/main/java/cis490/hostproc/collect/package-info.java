/**
 * An episode being recorded: its process, the command that is started for it, its file, its
 * manifest, and how all of them end. Prints nothing.
 */
@NullMarked
package cis490.hostproc.collect;

import org.jspecify.annotations.NullMarked;
