/** The agent, which records many processes: how others drive it. */
@NullMarked
package cis490.hostproc.agent;

import org.jspecify.annotations.NullMarked;
