package cis490.hostproc.truth;

/** What a number may be, both ends included. */
record Range(long from, long to) {

  static Range around(long value, long slack) {
    return new Range(value - slack, value + slack);
  }

  static Range upward(long value, long slack) {
    return new Range(value, value + slack);
  }

  boolean holds(long value) {
    return from <= value && value <= to;
  }

  @Override
  public String toString() {
    return from == to ? Long.toString(from) : from + " to " + to;
  }
}
