/** The agent, which records many processes: its configuration, and the rules that find them. */
@NullMarked
package cis490.hostproc.agent;

import org.jspecify.annotations.NullMarked;
