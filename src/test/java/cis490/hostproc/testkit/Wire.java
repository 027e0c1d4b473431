package cis490.hostproc.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The network between clients and a broker. It knows enough of Kafka's protocol to catch a request
 * by its kind: to hold it back, though its sender may be dead by then, or to lose its answer.
 */
public final class Wire implements AutoCloseable {

  /** Kinds of requests (Kafka protocol guide, "Api Keys"). */
  public static final short PRODUCE = 0;

  public static final short METADATA = 3;
  public static final short INIT_PRODUCER_ID = 22;
  public static final short END_TXN = 26;

  private static final int CORRELATION_AT = 4;
  private static final Duration CAUGHT_WITHIN = Duration.ofSeconds(40);

  private final ServerSocket server;
  private final int brokerPort;
  private final List<Catch> catches = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();

  /** As fast as it goes if 0. */
  private volatile long bytesPerSecond;

  /** Of somebody else who is on the port; null if it leads to the broker. */
  private volatile byte[] strangersAnswer;

  /**
   * From now on clients of the port reach the broker.
   *
   * @param port where clients come
   * @param brokerPort where they are sent
   */
  public Wire(int port, int brokerPort) throws IOException {
    this.brokerPort = brokerPort;
    this.server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    start("accept", this::accept);
  }

  /** One request, the next of its kind. */
  public static final class Catch {

    private final short kind;
    private final boolean held;
    private final boolean answerLost;
    private final CountDownLatch caught = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);
    private Connection connection;
    private int correlation;

    private Catch(short kind, boolean held, boolean answerLost) {
      this.kind = kind;
      this.held = held;
      this.answerLost = answerLost;
    }

    /** Until there is one; false if there is none for long. */
    public boolean awaitCaught() throws InterruptedException {
      return caught.await(CAUGHT_WITHIN.toSeconds(), TimeUnit.SECONDS);
    }

    /** On to the broker with it. */
    public void release() {
      released.countDown();
    }

    /** Until the broker has answered; false if it does not for long. */
    public boolean awaitAnswered() throws InterruptedException {
      return answered.await(CAUGHT_WITHIN.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** The next request of the kind goes no further until it is released. */
  public Catch hold(short kind) {
    return add(new Catch(kind, true, false));
  }

  /** The next request of the kind is answered, but instead of the answer the connection breaks. */
  public Catch loseAnswer(short kind) {
    return add(new Catch(kind, false, true));
  }

  /** All that is held, and nothing more is caught until told anew. */
  public synchronized void releaseAll() {
    catches.forEach(Catch::release);
    catches.removeIf(each -> each.connection == null);
  }

  /** All that comes by takes its time from now on; 0 for no time. */
  public void carry(long bytesASecond) {
    bytesPerSecond = bytesASecond;
  }

  /** All connections break; whoever comes is given this answer from now on, and nothing else. */
  public synchronized void becomeStranger(byte[] answer) throws IOException {
    strangersAnswer = answer;
    for (Socket each : sockets) {
      each.close();
    }
    sockets.clear();
  }

  /** The port leads to the broker again. */
  public synchronized void becomeWire() throws IOException {
    becomeStranger(null);
  }

  private void answer(Socket client, byte[] answer) throws IOException {
    client.getInputStream().read(new byte[1024]);
    client.getOutputStream().write(answer);
    client.getOutputStream().flush();
    if (answer.length % 2 == 0) {
      client.close();
    }
  }

  private synchronized Catch add(Catch made) {
    catches.add(made);
    return made;
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = open(server.accept());
      byte[] answer = strangersAnswer;
      if (answer != null) {
        start("stranger", () -> answer(client, answer));
        continue;
      }
      try {
        Socket broker = open(new Socket(InetAddress.getLoopbackAddress(), brokerPort));
        Connection connection = new Connection(client, broker);
        start("requests", connection::forwardRequests);
        start("answers", connection::forwardAnswers);
      } catch (IOException brokerAway) {
        client.close();
      }
    }
  }

  private synchronized Socket open(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    sockets.add(socket);
    return socket;
  }

  private synchronized Catch catchRequest(Connection connection, byte[] request) {
    short kind = ByteBuffer.wrap(request).getShort();
    for (Catch each : catches) {
      if (each.connection == null && each.kind == kind) {
        each.connection = connection;
        each.correlation = ByteBuffer.wrap(request).getInt(CORRELATION_AT);
        each.caught.countDown();
        return each;
      }
    }
    return null;
  }

  private synchronized Catch catchAnswer(Connection connection, byte[] answer) {
    int correlation = ByteBuffer.wrap(answer).getInt();
    for (Catch each : catches) {
      if (each.connection == connection && each.correlation == correlation) {
        each.answered.countDown();
        return each;
      }
    }
    return null;
  }

  /** One client's. */
  private final class Connection {

    private final Socket client;
    private final Socket broker;

    Connection(Socket client, Socket broker) {
      this.client = client;
      this.broker = broker;
    }

    void forwardRequests() throws Exception {
      try (client;
          broker) {
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(broker.getOutputStream());
        while (true) {
          byte[] request = read(in);
          Catch caught = catchRequest(this, request);
          forward(out, request, caught);
        }
      }
    }

    private void forward(DataOutputStream out, byte[] request, Catch caught) throws Exception {
      if (caught != null && caught.held) {
        caught.released.await();
      }
      send(out, request);
      if (caught != null && caught.held) {
        // Its sender may be gone, and with it this connection, which would take the request along.
        caught.awaitAnswered();
      }
    }

    void forwardAnswers() throws Exception {
      DataInputStream in = new DataInputStream(broker.getInputStream());
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      while (true) {
        byte[] answer = read(in);
        Catch caught = catchAnswer(this, answer);
        if (caught != null && caught.answerLost) {
          client.close();
          broker.close();
          return;
        }
        send(out, answer);
      }
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  private void send(DataOutputStream out, byte[] frame) throws IOException {
    long rate = bytesPerSecond;
    long arrivesNs = System.nanoTime() + (rate == 0 ? 0 : frame.length * 1_000_000_000L / rate);
    while (System.nanoTime() < arrivesNs) {
      LockSupport.parkNanos(arrivesNs - System.nanoTime());
    }
    byte[] whole = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
    out.write(whole);
    out.flush();
  }

  /** Until something closes or breaks: that is how connections end. */
  private static void start(String what, Wait.Action action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.take();
              } catch (Exception closed) {
                // Both ends have been told.
              }
            },
            "wire-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  /** Breaks all connections; clients come in vain from then on. */
  @Override
  public synchronized void close() {
    releaseAll();
    try {
      server.close();
      for (Socket each : sockets) {
        each.close();
      }
    } catch (IOException broken) {
      // Closed all the same.
    }
  }
}
