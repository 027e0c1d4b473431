package cis490.hostproc.collect;

import cis490.hostproc.proc.Auxv;
import cis490.hostproc.proc.Host;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.TimeNamespace;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest has of the machine.
 *
 * @param host its name and boot
 * @param units of the kernel's numbers
 * @param monoOffsetNs of this time namespace's CLOCK_MONOTONIC; null if it is not known
 */
record Machine(Host host, Auxv units, @Nullable Long monoOffsetNs) {

  static Machine read(Path procRoot) throws IOException, MalformedKernelTextException {
    return new Machine(Host.read(procRoot), Auxv.ofThisKernel(), TimeNamespace.monotonicOffsetNs());
  }
}
