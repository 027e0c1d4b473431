package cis490.hostproc.row;

import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.ProcessFiles;

/**
 * One tick's numbers, under the names of the row schema. One object serves a whole episode.
 *
 * <p>Numbers of the kernel are unsigned 64-bit values in a {@code long}; the two times are signed.
 * {@code docs/rows.md} says what each one means.
 */
public final class Row {

  long tMonoNs;
  long tWallNs;
  long cpuUserJiffies;
  long cpuSysJiffies;
  long rssBytes;
  long vsizeBytes;
  boolean ioPresent;
  boolean ioReadAbsent;
  long ioReadBytes;
  boolean ioWriteAbsent;
  long ioWriteBytes;
  boolean statusPresent;
  boolean voluntaryAbsent;
  long voluntaryCtxsw;
  boolean involuntaryAbsent;
  long involuntaryCtxsw;
  long minorFaults;
  long majorFaults;

  /** All numbers 0, io and status absent. */
  public Row() {}

  /**
   * Takes over what was read.
   *
   * @param files the process, just read
   * @param pageSizeBytes bytes in a page, more than 0
   * @throws MalformedKernelTextException if the resident pages are more bytes than 64 bits hold
   */
  public void take(ProcessFiles files, long pageSizeBytes) throws MalformedKernelTextException {
    var stat = files.stat();
    cpuUserJiffies = stat.userJiffies();
    cpuSysJiffies = stat.sysJiffies();
    rssBytes = stat.rssBytes(pageSizeBytes);
    vsizeBytes = stat.vsizeBytes();
    ioPresent = files.ioPresent();
    var io = files.io();
    ioReadAbsent = io.readAbsent();
    ioReadBytes = io.readBytes();
    ioWriteAbsent = io.writeAbsent();
    ioWriteBytes = io.writeBytes();
    statusPresent = files.statusPresent();
    var status = files.status();
    voluntaryAbsent = status.voluntaryAbsent();
    voluntaryCtxsw = status.voluntarySwitches();
    involuntaryAbsent = status.involuntaryAbsent();
    involuntaryCtxsw = status.involuntarySwitches();
    minorFaults = stat.minorFaults();
    majorFaults = stat.majorFaults();
  }

  /**
   * Sets the time of the sample; the clocks are read after the files, as the reference reads them.
   *
   * @param tMonoNs ns of CLOCK_MONOTONIC since the episode's origin
   * @param tWallNs ns of CLOCK_REALTIME since the Unix epoch
   */
  public void at(long tMonoNs, long tWallNs) {
    this.tMonoNs = tMonoNs;
    this.tWallNs = tWallNs;
  }
}
