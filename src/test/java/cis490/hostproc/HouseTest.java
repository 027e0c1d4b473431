package cis490.hostproc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know which: the walls of the house. */
class HouseTest {

  private static final String HOUSE = "cis490.hostproc.";
  private static final String JDK = "java..";
  private static final String JACKSON = "com.fasterxml.jackson..";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("cis490.hostproc");

  @Test
  void procNeedsTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(of("proc"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(JDK, of("proc"))
        .check(MAIN);
  }

  @Test
  void journalNeedsTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(of("journal"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(JDK, of("journal"))
        .check(MAIN);
  }

  @Test
  void rowNeedsProcAndTheJdkAloneButForReadingRows() {
    classes()
        .that()
        .resideInAPackage(of("row"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(JDK, of("row"), of("proc"), JACKSON)
        .check(MAIN);
  }

  /** A collector writes rows, and loads no class of Jackson's for that. */
  @Test
  void samplingAndWritingRowsKnowsNoJackson() {
    noClasses()
        .that()
        .resideInAnyPackage(of("sample"), of("journal"), of("proc"))
        .or()
        .haveFullyQualifiedName(HOUSE + "row.Row")
        .or()
        .haveFullyQualifiedName(HOUSE + "row.RowEncoder")
        .or()
        .haveFullyQualifiedName(HOUSE + "row.RowFormat")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(JACKSON)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName(HOUSE + "row.RowCheck")
        .check(MAIN);
  }

  @Test
  void journalAndShipKnowLinesButNotWhatIsInThem() {
    noClasses()
        .that()
        .resideInAnyPackage(of("journal"), of("ship"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(of("row"), of("proc"))
        .check(MAIN);
  }

  @Test
  void nobodyKnowsTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(of("cli"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(of("cli"))
        .check(MAIN);
  }

  @Test
  void onlyTheCommandLineKnowsTheBroker() {
    noClasses()
        .that()
        .resideOutsideOfPackages(of("cli"), of("broker"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(of("broker"))
        .check(MAIN);
  }

  @Test
  void onlyTheBrokerKnowsKafkasServer() {
    noClasses()
        .that()
        .resideOutsideOfPackage(of("broker"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..")
        .check(MAIN);
  }

  /** What calls the C library is loaded where a command is started, and nowhere else. */
  @Test
  void onlyWhatStartsACommandCallsTheCLibrary() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(HOUSE + "sample.Posix")
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

  @Test
  void samplingDoesNotKnowKafka() {
    noClasses()
        .that()
        .resideInAnyPackage(of("proc"), of("row"), of("journal"), of("sample"), of("episode"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", of("ship"))
        .check(MAIN);
  }

  @Test
  void noTwoPackagesNeedEachOther() {
    slices().matching(HOUSE + "(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void everyClassStandsInAPackageOfTheHouse() {
    classes()
        .should()
        .resideInAnyPackage(
            of("broker"),
            of("cli"),
            of("episode"),
            of("journal"),
            of("lake"),
            of("proc"),
            of("row"),
            of("sample"),
            of("ship"))
        .check(MAIN);
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
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(HOUSE + "cli.StopSignal") // Flushes it before it halts.
        .should()
        .accessField(System.class, "out")
        .check(MAIN);
  }

  private static String of(String name) {
    return HOUSE + name + "..";
  }
}
