package cis490.hostproc.agent;

/**
 * One process of this boot.
 *
 * @param pid its id
 * @param startTimeTicks its start after boot, in clock ticks
 */
record ProcessKey(long pid, long startTimeTicks) {}
