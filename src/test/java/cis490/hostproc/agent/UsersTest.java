package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {

  @Test
  void aNameHasItsId() throws Exception {
    assertEquals(0, Users.id("root"));
    assertEquals(4_242_424_242L, Users.id("4242424242"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-user", "-n", "--help", "$(id)"})
  void anUnknownOneIsOneLine(String user) {
    String message = assertThrows(UnknownUserException.class, () -> Users.id(user)).getMessage();
    assertTrue(message.startsWith("user " + user + " is not known on this host; name"), message);
  }
}
