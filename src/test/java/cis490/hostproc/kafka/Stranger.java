package cis490.hostproc.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Something on a port that is no Kafka, or no more: it gives each who asks the same answer. */
public final class Stranger implements AutoCloseable {

  private final ServerSocket server;
  private final byte[] answer;
  private final boolean closes;
  private final AtomicInteger asked = new AtomicInteger();

  private Stranger(int port, byte[] answer, boolean closes) throws IOException {
    this.server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    this.answer = answer;
    this.closes = closes;
    start(this::accept);
  }

  /** On a free port; hangs up after its answer. */
  public static Stranger closing(byte[] answer) throws IOException {
    return new Stranger(0, answer, true);
  }

  /** On a free port; answers, and then says nothing more. */
  public static Stranger staying(byte[] answer) throws IOException {
    return new Stranger(0, answer, false);
  }

  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  public int asked() {
    return asked.get();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      start(() -> answer(client));
    }
  }

  private void answer(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = client.getOutputStream();
    in.read(new byte[1024]);
    asked.incrementAndGet();
    out.write(answer);
    out.flush();
    if (closes) {
      client.close();
    }
  }

  private interface Step {
    void take() throws IOException;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.take();
              } catch (IOException closed) {
                // Both ends have been told.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
