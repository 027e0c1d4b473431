package cis490.hostproc.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * SIGHUP as a request of its own, which for a JVM is one more way to end. The class for that is in
 * every JDK (module jdk.unsupported), but outside of Java's own interface, so it is called by
 * reflection.
 */
final class HangUp {

  private HangUp() {}

  /** Calls back, on a thread of the JVM's, at each SIGHUP; false if this JVM has no such call. */
  static boolean onSignal(Runnable callback) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object calling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> answer(proxy, method, arguments, callback));
      Method handle = signal.getMethod("handle", signal, handler);
      handle.invoke(null, signal.getConstructor(String.class).newInstance("HUP"), calling);
      return true;
    } catch (ReflectiveOperationException | RuntimeException none) {
      return false;
    }
  }

  private static @Nullable Object answer(
      Object proxy, Method method, Object @Nullable [] arguments, Runnable callback) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "SIGHUP";
      default -> {
        callback.run();
        yield null;
      }
    };
  }
}
