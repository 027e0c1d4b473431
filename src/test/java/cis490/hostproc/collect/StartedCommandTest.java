package cis490.hostproc.collect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.proc.ProcessFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A command watched from its birth: nothing of it runs before the first reading. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartedCommandTest {

  private static final Path PROC = Path.of("/proc");
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path folder;

  private StartedCommand command;

  @AfterEach
  void leaveNothingBehind() throws InterruptedException {
    if (command != null) {
      command.kill(GENEROUS);
    }
  }

  @Test
  void theFirstReadingComesBeforeTheCommandHasRun() throws Exception {
    Path marker = folder.resolve("marker");
    command = start("/bin/sh", "-c", "echo $$ > " + marker + "; exit 7");
    try (ProcessFiles files = ProcessFiles.open(PROC, command.pid())) {
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      assertEquals('T', state(command.pid()));
      assertFalse(Files.exists(marker));
      CountDownLatch ended = proceed();
      assertTrue(ended.await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
      assertEquals(command.pid() + "\n", Files.readString(marker), "exec keeps the pid");
      assertEquals(7, command.stop(GENEROUS));
      assertEquals(ProcessFiles.Found.GONE, files.read(), "the same open files say that it went");
    }
  }

  @Test
  void openFilesFollowTheProcessThroughExec() throws Exception {
    command = start("sleep", "600");
    try (ProcessFiles files = ProcessFiles.open(PROC, command.pid())) {
      proceed();
      awaitName("sleep");
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      assertTrue(files.ioPresent() && files.statusPresent());
    }
  }

  @Test
  void whatTheKernelCanNotExecuteIsRefusedWithItsReason() throws Exception {
    byte[] elf = Files.readAllBytes(Path.of("/proc/self/exe"));
    byte[] foreign = Arrays.copyOf(elf, 4096);
    foreign[18] = (byte) (foreign[18] ^ 0x55);
    refuses(
        "#!/no/such/interpreter -x\n".getBytes(UTF_8), "its interpreter '/no/such/interpreter'");
    refuses("#!\n".getBytes(UTF_8), "its interpreter ''");
    refuses("#! /etc/passwd\n".getBytes(UTF_8), "its interpreter '/etc/passwd'");
    refuses(Arrays.copyOf(elf, 40), "is cut short");
    refuses(new byte[] {1, 2, 0, 3}, "is neither a program nor a script");
    if (!emulatesOtherMachines()) {
      refuses(foreign, "is a program for another machine");
    }
    refuses(changed(elf, 16, (byte) 1), "is not a program but a part of one, or a core dump");
    refuses(changed(elf, 54, (byte) 1), "is damaged");
    refuses(changed(elf, 39, (byte) 1), "is damaged");
    refuses(Arrays.copyOf(elf, 64), "is damaged");
    refuses(withLoader(elf, "/no/such/loader"), "its loader '/no/such/loader'");
    Path first = executable("#!/no/such\n".getBytes(UTF_8));
    refuses(("#!" + first + "\n").getBytes(UTF_8), "its interpreter '/no/such'");
    ProgramFile.requireExecutable(executable("echo text\n".getBytes(UTF_8)).toString());
    ProgramFile.requireExecutable(executable("#! /bin/sh -e\n".getBytes(UTF_8)).toString());
    ProgramFile.requireExecutable(executable(elf).toString());
  }

  private static byte[] changed(byte[] program, int at, byte value) {
    byte[] changed = program.clone();
    changed[at] = value;
    return changed;
  }

  private static byte[] withLoader(byte[] program, String loader) {
    String text = new String(program, ISO_8859_1);
    int at = text.indexOf("/lib");
    byte[] changed = program.clone();
    byte[] name = (loader + '\0').getBytes(ISO_8859_1);
    System.arraycopy(name, 0, changed, at, name.length);
    return changed;
  }

  private static boolean emulatesOtherMachines() {
    String[] handlers = Path.of("/proc/sys/fs/binfmt_misc").toFile().list();
    return handlers != null && handlers.length > 2;
  }

  private void refuses(byte[] program, String why) throws IOException {
    String path = executable(program).toString();
    IOException refused =
        assertThrows(IOException.class, () -> ProgramFile.requireExecutable(path));
    assertTrue(refused.getMessage().startsWith(path + " could not be started: "), refused + "");
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  private Path executable(byte[] content) throws IOException {
    Path file = Files.createTempFile(folder, "program", "");
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws Exception {
    Path script = folder.resolve("print");
    Path out = folder.resolve("out");
    Files.writeString(script, "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" > " + out + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    List<String> given =
        List.of(script.toString(), "a b", "", "$HOME", "'\"", "--", "-c", "*", "é", "\\");
    command = StartedCommand.startStopped(given);
    assertTrue(proceed().await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
    assertEquals(String.join("\n", given) + "\n", Files.readString(out));
  }

  @Test
  void theNameIsTheOneThatTheKernelGives() throws Exception {
    for (String file : List.of("a", "fifteen-letters", "a-name-beyond-fifteen")) {
      Path copy = Files.copy(Path.of("/bin/sleep"), folder.resolve(file));
      command = start(copy.toString(), "600");
      proceed();
      awaitName(command.name());
      command.kill(GENEROUS);
    }
  }

  @Test
  void aMissingCommandIsOneClearErrorAndNoProcess() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "no program");
    Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rw-------"));
    long before = ProcessHandle.current().children().count();
    for (String program :
        List.of(
            "no-such-command-anywhere",
            folder.resolve("missing").toString(),
            folder.toString(),
            "")) {
      var error = assertThrows(IOException.class, () -> start(program, "argument"), program);
      assertEquals(program + ": no such command", error.getMessage());
    }
    var error = assertThrows(IOException.class, () -> start(text.toString()));
    assertTrue(error.getMessage().contains("its permissions, or those of the file system"));
    assertEquals(before, ProcessHandle.current().children().count());
  }

  @Test
  void argumentsBeyondTheKernelsLimitAreOneClearErrorAndNoProcess() {
    long before = ProcessHandle.current().children().count();
    var error = assertThrows(IOException.class, () -> start("true", "x".repeat(200_000)));
    assertEquals("true could not be started: Argument list too long", error.getMessage());
    assertEquals(before, ProcessHandle.current().children().count());
  }

  @Test
  void aProgramThatTheKernelRefusesAtTheLastMomentIsToldFromOneThatFails() throws Exception {
    Path program = executable(Files.readAllBytes(Path.of("/bin/true")));
    command = start(program.toString());
    try (FileChannel writing = FileChannel.open(program, StandardOpenOption.APPEND)) {
      assertTrue(proceed().await(GENEROUS.toSeconds(), TimeUnit.SECONDS), "ETXTBSY");
      assertTrue(writing.isOpen());
    }
    assertEquals(126, command.stop(GENEROUS));
    assertTrue(command.hasFailedToStart());
    for (String each : List.of("#!/bin/sh\nexit 126\n", "#!/bin/sh\nexit 127\n", "exit 127\n")) {
      command = start(executable(each.getBytes(UTF_8)).toString());
      assertFalse(command.hasFailedToStart());
      assertTrue(proceed().await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
      assertFalse(command.hasFailedToStart(), each);
    }
    command = start("env", "no-such-command-anywhere");
    assertTrue(proceed().await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
    assertEquals(127, command.stop(GENEROUS));
    assertFalse(command.hasFailedToStart(), "env was started, and did not find it");
  }

  @Test
  void aNameThatLooksLikeAVariableIsAProgram() throws Exception {
    Path copy = Files.copy(Path.of("/bin/sleep"), folder.resolve("a=b"));
    command = start(copy.toString(), "600");
    proceed();
    awaitName("a=b");
  }

  @Test
  void stopEndsACommandBySigterm() throws Exception {
    command = start("sleep", "600");
    proceed();
    awaitName("sleep");
    assertEquals(128 + 15, command.stop(GENEROUS));
    assertFalse(Files.exists(PROC.resolve(Long.toString(command.pid()))));
    assertEquals(128 + 15, command.stop(GENEROUS), "a second stop changes nothing");
  }

  @Test
  void stopKillsACommandThatIgnoresSigterm() throws Exception {
    command = start("/bin/sh", "-c", "trap '' TERM; exec sleep 600");
    proceed();
    awaitName("sleep");
    assertEquals(128 + 9, command.stop(Duration.ofMillis(300)));
  }

  @Test
  void aCommandMayTakeItsTimeToEnd() throws Exception {
    Path ready = folder.resolve("ready");
    command =
        start(
            "/bin/sh", "-c", "trap 'kill $!; exit 3' TERM; sleep 600 & touch " + ready + "; wait");
    proceed();
    awaitTrue(() -> Files.exists(ready), "ready");
    assertEquals(3, command.stop(GENEROUS));
  }

  @Test
  void killEndsOneThatWasNeverLetRun() throws Exception {
    command = start("sleep", "600");
    CountDownLatch ended = new CountDownLatch(1);
    command.onExit(ended::countDown);
    command.kill(GENEROUS);
    assertTrue(ended.await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
    assertEquals(128 + 9, command.stop(GENEROUS));
  }

  @Test
  void evenACommandThatEndsAtOnceHasARow() throws Exception {
    for (int i = 0; i < 20; i++) {
      command = start("true");
      try (ProcessFiles files = ProcessFiles.open(PROC, command.pid())) {
        assertEquals(ProcessFiles.Found.ALIVE, files.read());
        assertTrue(proceed().await(GENEROUS.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ProcessFiles.Found.GONE, files.read());
      }
      assertEquals(0, command.stop(GENEROUS));
    }
  }

  @Test
  void theCommandHasTheCollectorsOwnStreams() throws Exception {
    Process collector =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RunCommandMain.class.getName(),
                "/bin/sh",
                "-c",
                "cat; echo to stderr >&2; exit 5")
            .start();
    try {
      collector.getOutputStream().write("to stdin\n".getBytes(UTF_8));
      collector.getOutputStream().close();
      assertEquals("to stdin\n", new String(collector.getInputStream().readAllBytes(), UTF_8));
      assertEquals("to stderr\n", new String(collector.getErrorStream().readAllBytes(), UTF_8));
      assertTrue(collector.waitFor(GENEROUS.toSeconds(), TimeUnit.SECONDS));
      assertEquals(5, collector.exitValue());
    } finally {
      collector.destroyForcibly();
    }
  }

  private static StartedCommand start(String... words) throws Exception {
    return StartedCommand.startStopped(List.of(words));
  }

  private CountDownLatch proceed() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    command.onExit(ended::countDown);
    command.proceed();
    return ended;
  }

  private static char state(long pid) throws IOException {
    String stat = Files.readString(PROC.resolve(pid + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  /** Until exec has happened. */
  private void awaitName(String name) throws Exception {
    Path comm = PROC.resolve(command.pid() + "/comm");
    awaitTrue(() -> Files.readString(comm).equals(name + '\n'), name);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void awaitTrue(Condition condition, String what) throws IOException {
    long limitNs = System.nanoTime() + GENEROUS.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < limitNs, "not within the limit: " + what);
      Thread.onSpinWait();
    }
  }
}
