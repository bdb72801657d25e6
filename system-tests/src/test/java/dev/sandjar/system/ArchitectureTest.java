package dev.sandjar.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md; each says why it is one. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.sandjar");

    @Test
    void allOfItWasLookedAt() {
        assertThat(CLASSES.size()).isGreaterThan(150);
    }

    @Test
    void theApiStandsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.sandjar", "java..", "org.jspecify..")
                .because("whoever programs against it must get nothing else"));
    }

    @Test
    void theSessionsSdkStandsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.compat.sessions..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.sandjar.compat.sessions..",
                        "java..",
                        "javax.net..",
                        "com.fasterxml.jackson..",
                        "org.apache.sshd..",
                        "org.slf4j..",
                        "org.jspecify..")
                .because("it works at every server of that API, and nothing of ours is needed for that"));
    }

    @Test
    void doorsSeeOnlyTheApi() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.sandjar.server.door..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "..engine..",
                                "..oci..",
                                "..kubernetes..",
                                "dev.sandjar.agent..",
                                "dev.sandjar.runtime..")
                        .because(
                                "a door maps one protocol onto dev.sandjar; logic written in a door is missing from the others"));
    }

    @Test
    void noDoorUsesAnother() {
        check(
                slices().matching("dev.sandjar.server.door.(*)..")
                        .should()
                        .notDependOnEachOther()
                        .because(
                                "one protocol must be free to change or to go without the others; what two share belongs below them"));
    }

    @Test
    void onlyTheWiringSeesTheEngine() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.server..")
                .and()
                .haveSimpleNameNotStartingWith("Wiring")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..engine..")
                .because("one class that opens and closes it is enough to know when that happens"));
    }

    @Test
    void runtimesDoNotSeeTheEngine() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.sandjar.oci..", "dev.sandjar.kubernetes..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..engine..", "..server..", "..cli..")
                .because("the engine must work with the next runtime too"));
    }

    @Test
    void theAgentsSideKnowsNobody() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.agent..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.sandjar.agent..", "java..", "javax.crypto..", "org.jspecify..")
                .because("contract tests drive a real agent with it, without any engine"));
    }

    @Test
    void adaptersSeeTheApiTheToolsAndTheirFramework() {
        checkAdapter("dev.sandjar.tools");
        checkAdapter("dev.sandjar.langchain4j", "dev.langchain4j..");
        checkAdapter("dev.sandjar.springai", "org.springframework.ai..");
    }

    private static void checkAdapter(String adapter, String... framework) {
        String[] seen = Stream.concat(
                        Stream.of("dev.sandjar", "dev.sandjar.tools", adapter, "java..", "org.jspecify.."),
                        Stream.of(framework))
                .toArray(String[]::new);
        check(noClasses()
                .that()
                .resideInAPackage(adapter + "..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(seen)
                .because("an agent must work with sandboxes of every place, and get no other framework than its own"));
    }

    @Test
    void bundlesAreMadeWithoutStartingAnything() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.oci.bundle..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder")
                .because("what a sandbox is made of is decided before anything happens"));
    }

    @Test
    void podsAreMadeAndJudgedWithoutAskingAnybody() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.kubernetes.pod..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client..", "java.util.concurrent..")
                .because("what a pod looks like and what its status means is decided before anything happens"));
    }

    @Test
    void podsWithSshStandAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.compat.kmetis..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are ours and not kmetis's",
                        (JavaClass one) -> one.getPackageName().startsWith("dev.sandjar")
                                && !one.getPackageName().startsWith("dev.sandjar.compat.kmetis")))
                .because("it goes straight to a cluster, without our api, our engine or our agent"));
    }

    @Test
    void kmetisPodsAreMadeAndJudgedWithoutAskingAnybody() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.compat.kmetis.pod..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client..", "org.apache.sshd..", "java.util.concurrent..")
                .because("what a pod looks like and what its status means is decided before anything happens"));
    }

    @Test
    void theKubeboxSdkStandsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sandjar.compat.kubebox..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.sandjar.compat.kubebox..",
                        "java..",
                        "javax.crypto..",
                        "javax.net..",
                        "com.fasterxml.jackson..",
                        "io.fabric8..",
                        "org.java_websocket..",
                        "org.jspecify..")
                .because("it works at every server of that protocol, and nothing of ours is needed for that"));
    }

    @Test
    void kubeboxesPodsAreMadeAndJudgedWithoutAskingAnybody() {
        check(noClasses()
                .that()
                .haveNameMatching("dev\\.sandjar\\.compat\\.kubebox\\.cluster\\.(.*Manifest|Verdict.*)")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client..", "java.util.concurrent..")
                .because("what a pod looks like and what its status means is decided before anything happens"));
    }

    @Test
    void thereAreNoCirclesBetweenPackages() {
        check(slices().matching("dev.sandjar.(**)").should().beFreeOfCycles());
    }

    @Test
    void nobodySleeps() {
        check(noClasses()
                .should()
                .callMethodWhere(new DescribedPredicate<>("Thread.sleep") {
                    @Override
                    public boolean test(com.tngtech.archunit.core.domain.JavaMethodCall call) {
                        return call.getTarget().getOwner().isEquivalentTo(Thread.class)
                                && call.getTarget().getName().equals("sleep");
                    }
                })
                .because("a sleep is either too short or too long; wait for the event"));
    }

    @Test
    void onlyTheCommandLinePrints() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.sandjar.cli..", "dev.sandjar.testing..")
                .and()
                .haveSimpleNameNotEndingWith("Serve")
                .and()
                .haveSimpleNameNotEndingWith("Greeting")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("a library that prints damages its user's output"));
    }

    @Test
    void everyPackageSaysWhatLivesThere() {
        Set<String> without = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (!CLASSES.contain(type.getPackageName() + ".package-info")) {
                without.add(type.getPackageName());
            }
        }
        assertThat(without).isEmpty();
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
