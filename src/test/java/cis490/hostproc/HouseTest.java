package cis490.hostproc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Which package may know which: the table in {@code docs/architecture.md}, both ways, and some
 * rules that are narrower than a package.
 */
class HouseTest {

  private static final String HOUSE = "cis490.hostproc.";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("cis490.hostproc");

  /** It takes its time to load: only where a command is started, or a service manager listens. */
  @Test
  void onlyThreeClassesKnowWhatCallsTheCLibrary() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(HOUSE + "collect.CLibrary")
        .and()
        .doNotHaveFullyQualifiedName(HOUSE + "collect.Posix")
        .and()
        .doNotHaveFullyQualifiedName(HOUSE + "agent.NotifySocket")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .check(MAIN);
  }

  /** Connect's classes are where Connect runs, and nowhere else. */
  @Test
  void onlyTheLakesConverterKnowsConnect() {
    noClasses()
        .that()
        .resideOutsideOfPackage(of("lake"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka.connect..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName(HOUSE + "lake.LakeConverter")
        .check(MAIN);
  }

  /** What is not in the table is not imported, and what is in it is needed. */
  @TestFactory
  Stream<DynamicTest> eachPackageImportsWhatTheTableSays() throws IOException {
    Map<String, HouseTable.Line> lines = HouseTable.read();
    Map<String, HouseTable.Line> code = HouseTable.of(MAIN);
    Set<String> packages = new TreeSet<>(lines.keySet());
    packages.addAll(code.keySet());
    return packages.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        assertEquals(
                            String.valueOf(lines.get(name)),
                            String.valueOf(code.get(name)),
                            "docs/architecture.md says something else of package " + name)));
  }

  @Test
  void noTwoPackagesNeedEachOther() {
    slices().matching(HOUSE + "(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void nobodyLogsThroughTheJdk() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.logging..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.System$Logger")
        .check(MAIN);
  }

  /** Standard output belongs to rows and summaries, which picocli's writer prints. */
  @Test
  void nobodyPrintsToStandardOutputByTheWay() {
    noClasses().should().accessField(System.class, "out").check(MAIN);
  }

  private static String of(String name) {
    return HOUSE + name + "..";
  }
}
