package cis490.hostproc.truth;

import java.util.Locale;

/** The kernel's ten numbers in a row. */
enum Field {
  CPU_USER_JIFFIES,
  CPU_SYS_JIFFIES,
  RSS_BYTES,
  VSIZE_BYTES,
  IO_READ_BYTES,
  IO_WRITE_BYTES,
  VOLUNTARY_CTXSW,
  INVOLUNTARY_CTXSW,
  MINOR_FAULTS,
  MAJOR_FAULTS;

  /** Its name in the row. */
  String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
