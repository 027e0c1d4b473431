/** The commands: options in, one line or a summary out. Nobody imports this package. */
package cis490.hostproc.cli;
