package cis490.hostproc.collect;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The C library, for what the JDK can't do. It is loaded only where it is needed. */
public final class CLibrary {

  private static final String LIBRARY_FOLDER = "jna.boot.library.path";

  /** Where JNA looks for other libraries; it would ask ldconfig(8), which takes its time. */
  private static final String OTHER_FOLDERS = "jna.platform.library.path";

  private CLibrary() {}

  /**
   * Loads what calls it: some ten milliseconds.
   *
   * @return the library that this process has already
   * @throws IOException if this machine's kind of processor or C library is not supported
   */
  public static NativeLibrary load() throws IOException {
    try {
      findLibrary();
      return NativeLibrary.getProcess();
    } catch (LinkageError unsupported) {
      throw new IOException(unsupported.getMessage(), unsupported);
    }
  }

  /** JNA's native part lies beside its jar; else JNA would write it to a folder for temporaries. */
  private static void findLibrary() throws IOException {
    System.setProperty(OTHER_FOLDERS, "");
    Path jar;
    try {
      jar = Path.of(Native.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException wrong) {
      throw new IOException(wrong);
    }
    Path folder = jar.resolveSibling(Path.of("com", "sun", "jna", Platform.RESOURCE_PREFIX));
    if (System.getProperty(LIBRARY_FOLDER) == null && Files.isDirectory(folder)) {
      System.setProperty(LIBRARY_FOLDER, folder.toString());
    }
  }
}
