package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decimal text becomes exactly its number over the whole unsigned 64-bit range, or an error. */
class UnsignedTest {

  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

  @Test
  void everyPowerOfTenAndItsNeighboursIsRead() throws MalformedKernelTextException {
    for (int exponent = 0; exponent <= 19; exponent++) {
      BigInteger power = BigInteger.TEN.pow(exponent);
      assertRead(power.subtract(BigInteger.ONE));
      assertRead(power);
      assertRead(power.add(BigInteger.ONE));
    }
  }

  @Test
  void everyPowerOfTwoAndItsNeighboursIsRead() throws MalformedKernelTextException {
    for (int exponent = 0; exponent < 64; exponent++) {
      BigInteger power = BigInteger.TWO.pow(exponent);
      assertRead(power.subtract(BigInteger.ONE));
      assertRead(power);
      assertRead(power.add(BigInteger.ONE));
    }
  }

  @Test
  void theLastHundredNumbersBelowTheLimitAreReadAndTheHundredBeyondAreRefused()
      throws MalformedKernelTextException {
    for (int i = 1; i <= 100; i++) {
      assertRead(TWO_TO_64.subtract(BigInteger.valueOf(i)));
      assertRefused(TWO_TO_64.add(BigInteger.valueOf(i - 1)).toString());
    }
  }

  @Test
  void numbersWithTwentyDigitsOfEachFirstDigitBeyondTheLimitAreRefused() {
    for (int first = 2; first <= 9; first++) {
      assertRefused(first + "0".repeat(19));
      assertRefused(first + "9".repeat(19));
    }
    assertRefused("19" + "0".repeat(18));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        "-1",
        "+1",
        "-0",
        " 1",
        "1 ",
        "1\n",
        "1\t",
        "1\0",
        "1_0",
        "1,0",
        "1.0",
        "1e3",
        "0x1",
        "a",
        "1/",
        "1:",
        "\u00b2",
        "\u0661",
        "100000000000000000000",
        "000000000000000000001"
      })
  void whatIsNotDigitsOnlyOrIsTooLongIsRefused(String text) {
    assertRefused(text);
  }

  @Test
  void onlyTheBytesBetweenTheBoundsCount() throws MalformedKernelTextException {
    assertEquals(234, Unsigned.parse(bytes("9123456"), 2, 5, "stat", "x"));
  }

  @Test
  void theErrorNamesFileFieldAndText() {
    var error =
        assertThrows(
            MalformedKernelTextException.class,
            () -> Unsigned.parse(bytes("12 -7 5"), 3, 5, "stat", "utime (field 14)"));
    assertEquals(
        "stat: utime (field 14) is not an unsigned 64-bit number: \"-7\"", error.getMessage());
  }

  private static void assertRead(BigInteger number) throws MalformedKernelTextException {
    byte[] text = bytes(number.toString());
    assertEquals(number.longValue(), Unsigned.parse(text, 0, text.length, "stat", "x"));
  }

  private static void assertRefused(String text) {
    byte[] bytes = bytes(text);
    assertThrows(
        MalformedKernelTextException.class,
        () -> Unsigned.parse(bytes, 0, bytes.length, "stat", "x"),
        text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
