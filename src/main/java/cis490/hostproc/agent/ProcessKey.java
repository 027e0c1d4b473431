package cis490.hostproc.agent;

import cis490.hostproc.proc.ProcessFacts;

/**
 * One process of this boot.
 *
 * @param pid its id
 * @param startTimeTicks its start after boot, in clock ticks
 */
record ProcessKey(long pid, long startTimeTicks) {

  static ProcessKey of(ProcessFacts process) {
    return new ProcessKey(process.pid(), process.startTimeTicks());
  }
}
