/** The agent, which records many processes: its configuration, and the rules that find them. */
@NullMarked
package cis490.hostproc.config;

import org.jspecify.annotations.NullMarked;
