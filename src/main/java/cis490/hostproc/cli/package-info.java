/** The commands: options in; rows, reports, log lines and an exit code out. */
package cis490.hostproc.cli;
