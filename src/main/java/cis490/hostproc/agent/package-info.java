/** The episodes of a host: processes found by rules, recorded, shipped and sealed by themselves. */
@NullMarked
package cis490.hostproc.agent;

import org.jspecify.annotations.NullMarked;
