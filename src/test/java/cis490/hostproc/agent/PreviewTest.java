package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewTest {

  @TempDir private Path folder;

  @Test
  void saysOfEachWhatWouldBecomeOfIt() throws Exception {
    MadeProcesses made = new MadeProcesses(folder);
    made.add(10, 1, "qemu-kvm", "qemu", "vm=a");
    made.add(20, 1, "qemu-kvm", "qemu", "vm=a");
    made.add(30, 1, "qemu-kvm", "qemu", "vm=/");
    made.add(40, 1, "qemu-kvm", "qemu");
    made.add(50, 1, "sh", "sh");
    String guests = "{name: guests, match: {command: 'qemu-*', arguments: '(vm=(?<vm>.+))?$'}";
    String others = "{name: others, match: {arguments: vm=a}, episode: '{pid}'}";

    Said said = new Said();
    List<Preview> previews =
        Preview.of(made.rules(guests + ", episode: 'x{vm}'}", others), made.root(), said);

    List<String> both = List.of("guests", "others");
    String invalid = previews.get(2).problem();
    assertEquals(
        List.of(
            new Preview(10, "qemu-kvm", both, "xa", null),
            new Preview(20, "qemu-kvm", both, "xa", "process 10 has the same episode"),
            new Preview(30, "qemu-kvm", List.of("guests"), null, invalid),
            new Preview(40, "qemu-kvm", List.of("guests"), null, "{vm} has no value")),
        previews);
    assertEquals(true, invalid.contains("x/"), invalid);
    assertEquals(List.of(), said.lines());
  }
}
