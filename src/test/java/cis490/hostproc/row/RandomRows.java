package cis490.hostproc.row;

import java.util.SplittableRandom;

/** Rows that no process had. */
public final class RandomRows {

  private RandomRows() {}

  /** One number in every field. */
  static Row filled(long number) {
    Row row = new Row();
    row.at(number, number);
    row.cpuUserJiffies = number;
    row.cpuSysJiffies = number;
    row.rssBytes = number;
    row.vsizeBytes = number;
    row.ioPresent = true;
    row.ioReadBytes = number;
    row.ioWriteBytes = number;
    row.statusPresent = true;
    row.voluntaryCtxsw = number;
    row.involuntaryCtxsw = number;
    row.minorFaults = number;
    row.majorFaults = number;
    return row;
  }

  /** Any numbers, of any length. */
  public static Row next(SplittableRandom random) {
    Row row = filled(random.nextLong() >>> random.nextInt(64));
    row.at(random.nextLong() >> random.nextInt(64), random.nextLong() >>> 1);
    row.cpuSysJiffies = random.nextLong() >>> random.nextInt(64);
    row.ioPresent = random.nextInt(4) > 0;
    row.ioWriteBytes = random.nextLong() >>> random.nextInt(64);
    row.statusPresent = random.nextInt(4) > 0;
    row.involuntaryCtxsw = random.nextLong() >>> random.nextInt(64);
    return row;
  }
}
