/** The commands: options in; rows, reports, log lines and an exit code out. */
@NullMarked
package cis490.hostproc.cli;

import org.jspecify.annotations.NullMarked;
