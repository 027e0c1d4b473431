/** How others drive an agent: requests as JSON lines on a Unix domain socket. */
@NullMarked
package cis490.hostproc.control;

import org.jspecify.annotations.NullMarked;
