/**
 * An episode being recorded: its process, the command that is started for it, its file, its
 * manifest, and how all of them end. Prints nothing.
 */
package cis490.hostproc.collect;
