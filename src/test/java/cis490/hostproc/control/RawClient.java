package cis490.hostproc.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client that sends any bytes, and reads lines when it likes. */
final class RawClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final SocketChannel channel;
  private final BufferedReader answers;

  RawClient(Path path) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    answers = new BufferedReader(Channels.newReader(channel, UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  void send(String text) throws IOException {
    send(text.getBytes(UTF_8));
  }

  /** The next answer; null at the end. */
  JsonNode answer() throws IOException {
    String line = answers.readLine();
    return line == null ? null : JSON.readTree(line);
  }

  JsonNode ask(String line) throws IOException {
    send(line + "\n");
    return answer();
  }

  /** It sends no more, and still reads. */
  void endInput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
