/** Who, what and when of an episode: its id, the names made from it, and its manifest. */
@NullMarked
package cis490.hostproc.episode;

import org.jspecify.annotations.NullMarked;
