package cis490.hostproc.collect;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Another process: runs a command to its end, as the collector does, with its own three streams.
 */
final class RunCommandMain {

  private RunCommandMain() {}

  public static void main(String[] args) throws Exception {
    StartedCommand command = StartedCommand.startStopped(List.of(args));
    CountDownLatch ended = new CountDownLatch(1);
    command.onExit(ended::countDown);
    command.proceed();
    ended.await();
    System.exit(command.stop(Duration.ofSeconds(1)));
  }
}
