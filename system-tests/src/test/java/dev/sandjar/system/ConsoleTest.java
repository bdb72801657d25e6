package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Metadata;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The page at {@code /console/}, in a real browser, behind the path prefix of a reverse proxy. */
@Timeout(120)
class ConsoleTest {
    private static final String SCREEN = ".shell:not([hidden]) .xterm-rows > div";
    private static final String MARKUP = "<img src=x onerror=document.title='owned'>";
    private static final Path HOME = Path.of("/var/lib/sandjar-test/console");

    /** Fifty times as fast, so that nobody waits for limits. */
    private static final String HURRY = """
            const later = setTimeout;
            window.setTimeout = (work, time, ...rest) => later(work, time / 50, ...rest);
            """;

    /** What is asked at such addresses is never answered. */
    private static final String SILENCE = """
            const real = fetch;
            window.fetch = (url, request) => String(url).includes(arguments[0])
                ? new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))
                : real(url, request);
            """;

    /** What WebSockets bring stays away until it is released. */
    private static final String HOLD = """
            const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
            let held = [];
            window.release = () => {
                const all = held;
                held = undefined;
                all.forEach((each) => each());
            };
            Object.defineProperty(WebSocket.prototype, 'onmessage', { set(listener) {
                set.call(this, (event) => held ? held.push(() => listener(event)) : listener(event));
            } });
            """;

    /** The server ends WebSockets as it does when there is no room now. */
    private static final String REFUSE = """
            const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onclose');
            Object.defineProperty(WebSocket.prototype, 'onclose', { set(listener) {
                set.call(this, listener);
                window.refuse = () => {
                    this.close();
                    listener({ code: 1013, reason: 'later' });
                };
            } });
            """;

    /** The list has as many sandboxes as that. */
    private static final String TOTAL = """
            const real = fetch;
            const total = arguments[0];
            window.fetch = async (url, request) => {
                const answer = await real(url, request);
                const json = await answer.json();
                answer.json = () => ({ ...json, total });
                return answer;
            };
            """;

    @TempDir
    static Path downloads;

    private static RealServer server;
    private static PrefixProxy proxy;
    private static Sandboxes sandboxes;
    private static Browser browser;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(HOME);
        proxy = new PrefixProxy(server.address);
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        browser = new Browser(downloads);
    }

    @AfterAll
    static void close() throws Exception {
        browser.close();
        sandboxes.close();
        proxy.close();
        server.close();
    }

    /** Nothing was run, styled or fetched that the page's policy does not allow, and no script failed. */
    @AfterEach
    void thePageIsContent() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aTokenThatIsNotKnownIsToldWithWhatToDo() throws Exception {
        browser.open(proxy.address() + "console/");
        browser.find("input[name=token]").sendKeys("somebody-else", Keys.ENTER);
        browser.waitForText(".trouble", "These credentials are not known here.");
        browser.waitForText(".trouble .remedy", "Copy it once more");
    }

    @Test
    void theTokenIsKeptByItsTabAloneAndForgottenAtTheEnd() throws Exception {
        logIn("");
        browser.find(".sandboxes, .empty");
        browser.reload();
        browser.find(".sandboxes, .empty");
        assertThat(browser.run("return location.href + document.cookie + JSON.stringify(localStorage)")
                        .toString())
                .doesNotContain(RealServer.TOKEN);
        browser.click("Log out");
        browser.find("input[name=token]");
        assertThat(browser.run("return JSON.stringify(sessionStorage)")).isEqualTo("{}");
    }

    @Test
    void aSandboxIsMadeListedAndDeletedByTheKeyboardAlone() throws Exception {
        logIn("");
        browser.find(".sandboxes, .empty");
        browser.type("n");
        browser.find("dialog input[name=name]");
        browser.type("by keys", Keys.ENTER);
        browser.waitForText("h1", "by keys (");
        browser.find(".state.running");
        browser.run("document.activeElement.blur()");
        browser.type("u");
        browser.waitForText("tbody th", "by keys");
        browser.waitForText("tbody .gauge", "%");
        browser.type("/");
        browser.type("by keys", Keys.ENTER);
        browser.type(Keys.DELETE);
        browser.find("dialog button.danger");
        browser.type(Keys.TAB, Keys.ENTER);
        browser.waitForText(".toasts", "Deleted by keys");
        Waiting.until("it is gone", () -> !browser.text("tbody th").contains("by keys"));
        assertThat(sandboxes.list(EnumSet.of(SandboxState.RUNNING), 0, 100).sandboxes())
                .noneMatch(
                        info -> "by keys".equals(info.spec().metadata().values().get("name")));
    }

    @Test
    void theListFollowsWhatHappensElsewhere() throws Exception {
        logIn("");
        browser.find(".sandboxes, .empty");
        var spec = SandboxSpec.builder().ttl(Duration.ofHours(3));
        try (Sandbox sandbox = sandboxes.create(spec.build())) {
            browser.waitForText("tbody th", sandbox.id().toString().substring(0, 8));
            assertThat(browser.text("tbody td.number")).as("age and end").matches("\\d+s\n2h 59m");
        }
    }

    @Test
    void aSandboxThatIsSilentKeepsNoOtherFromTheList() throws Exception {
        try (Sandbox silent = sandboxes.create(SandboxSpec.builder().build())) {
            logIn("");
            browser.run(SILENCE, "/stats");
            browser.run(HURRY);
            browser.waitForText("tbody th", silent.id().toString().substring(0, 8));
            try (Sandbox other = sandboxes.create(SandboxSpec.builder().build())) {
                browser.waitForText("tbody th", other.id().toString().substring(0, 8));
            }
        }
    }

    @Test
    void aListThatIsEmptySaysWhatItKnowsAndNoMore() throws Exception {
        logIn("");
        browser.waitForText(".empty", "No sandbox is alive.");
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            browser.run(TOTAL, 51);
            browser.run("document.querySelector('select').dispatchEvent(new Event('change'))");
            browser.waitForText("tbody th", sandbox.id().toString().substring(0, 8));
            browser.find("input[type=search]").sendKeys("of-page-two");
            browser.waitForText(".empty", "No sandbox on this page has “of-page-two” in its name, id or image.");
            browser.find("input[type=search]").clear();
            browser.click("Older");
            browser.waitForText(".empty", "Nothing is left on this page.");
        }
    }

    @Test
    void anAddressThatIsNoneLeadsToTheList() throws Exception {
        logIn("#/sandbox/%");
        browser.find(".sandboxes, .empty");
        assertThat(browser.run("return location.hash")).isEqualTo("#/");
    }

    @Test
    void aSandboxIsPausedAndResumedAndLivesLonger() throws Exception {
        var spec = SandboxSpec.builder().ttl(Duration.ofMinutes(2));
        try (Sandbox sandbox = sandboxes.create(spec.build())) {
            logIn("#/sandbox/" + sandbox.id());
            browser.click("Pause");
            browser.find(".state.paused");
            browser.click("New terminal");
            browser.find(".trouble .remedy");
            browser.click("Resume");
            browser.find(".state.running");
            browser.click("Lifetime");
            browser.click("Set");
            browser.waitForText(".toasts", "Lives until");
            assertThat(sandbox.info().expiresAt()).isAfter(Instant.now().plus(Duration.ofMinutes(50)));
        }
    }

    @Test
    void theColoursThatAreChosenStay() throws Exception {
        browser.open(proxy.address() + "console/");
        browser.click("Auto");
        browser.click("Light");
        browser.waitForText("header button", "Dark");
        browser.reload();
        browser.waitForText("header button", "Dark");
        assertThat(browser.run("return getComputedStyle(document.documentElement).colorScheme"))
                .isEqualTo("dark");
    }

    @Test
    void aTerminalShowsWhatIsTypedAndKnowsItsSize() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("echo $((6 * 7))-é; stty size | tr ' ' x\n");
            browser.waitForText(SCREEN, "42-é");
            long rows = rows();
            browser.waitForText(SCREEN, "\n" + rows + "x");
            browser.size(800, 600);
            Waiting.until("it is smaller", () -> rows() < rows);
            browser.type("stty size | tr ' ' x\n");
            browser.waitForText(SCREEN, "\n" + rows() + "x");
        }
    }

    @Test
    void aPageThatIsLoadedAnewGoesOnWithItsShells() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("x=remembered; printf '\\033[c'; read -rsd c; echo answered-$((1 + 1))\n");
            browser.waitForText(SCREEN, "answered-2");
            browser.reload();
            browser.waitForText(SCREEN, "answered-2");
            browser.type("echo $x-$((2 + 2))\n");
            browser.waitForText(SCREEN, "remembered-4");
            assertThat(browser.text(SCREEN))
                    .as("what a program had asked the terminal is not answered again")
                    .doesNotContain("1;2");
        }
    }

    @Test
    void aCutConnectionGoesOnWhereItWas() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("read a; echo got-$a-$((1 + 1))\n");
            browser.waitForText(SCREEN, "echo got");
            browser.type("one-");
            proxy.cut();
            browser.type("two-");
            proxy.cut();
            browser.type("three\n");
            browser.waitForText(SCREEN, "got-one-two-three-2");
        }
    }

    @Test
    void whatIsTypedBeforeOldOutputIsThereIsNotLost() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("x=kept\n");
            browser.waitForText(SCREEN, "x=kept");
            browser.run("location.hash = '#/'");
            browser.reload();
            browser.find(".sandboxes");
            browser.run(HOLD);
            browser.run("location.hash = arguments[0]", "#/sandbox/" + sandbox.id());
            Waiting.until("the terminal has the focus", () -> browser.has(".shell .focus"));
            browser.type("echo $x-$((1 + 1))\n");
            browser.run("release()");
            browser.waitForText(SCREEN, "kept-2");
        }
    }

    @Test
    void theShellsOfAPausedSandboxAreFoundOnceItIsResumed() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("x=kept\n");
            browser.waitForText(SCREEN, "x=kept");
            sandbox.pause();
            browser.reload();
            browser.waitForText(".panel .trouble", "paused");
            sandbox.resume();
            browser.click("Try again");
            browser.waitForText(SCREEN, "x=kept");
            browser.type("echo $x-$((1 + 1))\n");
            browser.waitForText(SCREEN, "kept-2");
        }
    }

    @Test
    void aShellThatCannotBeFollowedSaysWhyAndIsFollowedAgain() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("x=kept\n");
            browser.waitForText(SCREEN, "x=kept");
            sandbox.pause();
            proxy.cut();
            browser.waitForText(".shell .trouble", "paused");
            sandbox.resume();
            browser.click("Try again");
            browser.type("echo $x-$((1 + 1))\n");
            browser.waitForText(SCREEN, "kept-2");
            assertThat(browser.has(".shell .trouble")).isFalse();
        }
    }

    @Test
    void aServerThatHasNoRoomNowIsAskedAgainLater() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            logIn("");
            browser.find(".sandboxes");
            browser.run(REFUSE);
            browser.run(HURRY);
            browser.run("location.hash = arguments[0]", "#/sandbox/" + sandbox.id());
            browser.find(".panel .empty button").click();
            browser.waitForText(SCREEN, "$");
            browser.run("refuse()");
            browser.type("echo again-$((1 + 1))\n");
            browser.waitForText(SCREEN, "again-2");
        }
    }

    @Test
    void severalTerminalsAreEachAShell() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            browser.type("x=first; echo $x-$((1 + 1))\n");
            browser.waitForText(SCREEN, "first-2");
            browser.click("New terminal");
            browser.waitForText(SCREEN, "$");
            browser.type("echo [$x]-$((1 + 1))\n");
            browser.waitForText(SCREEN, "[]-2");
            browser.type(Keys.chord(Keys.CONTROL, Keys.SHIFT, Keys.ARROW_LEFT));
            browser.waitForText(SCREEN, "first-2");
            browser.type(Keys.chord(Keys.CONTROL, Keys.SHIFT, Keys.ARROW_UP));
            browser.type(Keys.DELETE);
            browser.waitForText(SCREEN, "[]-2");
            Waiting.until("the shell has ended", () -> running(sandbox) == 1);
        }
    }

    @Test
    void aShellThatSomebodyElseTypesInIsWatchedUntilItIsFree() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            terminal(sandbox);
            try (var other = sandbox.attach(sandbox.commands().getFirst().id(), 0)) {
                var stdin = other.stdin();
                stdin.write("echo others-$((1 + 1))\n".getBytes(StandardCharsets.US_ASCII));
                stdin.flush();
                browser.waitForText(SCREEN, "others-2");
                browser.type("x");
                browser.find(".elsewhere");
            }
            browser.click("Type here");
            browser.type("echo mine-$((1 + 1))\n");
            browser.waitForText(SCREEN, "mine-2");
        }
    }

    @Test
    void filesGoInAndComeOutAsTheyWere() throws Exception {
        byte[] content = new byte[3_000_001];
        new Random(1).nextBytes(content);
        Path file = Files.write(downloads.resolve("up.bin"), content);
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            logIn("#/sandbox/" + sandbox.id() + "/files");
            browser.waitForText(".files ~ .empty", "This folder is empty");
            browser.choose("input[type=file]", file);
            browser.waitForText(".files .name", "up.bin");
            assertThat(sandbox.files().read("up.bin")).isEqualTo(content);
            sandbox.run("mv", "up.bin", "down.bin");
            sandbox.run("mkdir", "folder");
            browser.reload();
            browser.waitForText(".files .name", "folder/");
            browser.click("down.bin");
            assertThat(Browser.downloaded(downloads, "down.bin")).hasBinaryContent(content);
        }
    }

    @Test
    void aFileIsReplacedOnlyWhenThatIsSaid() throws Exception {
        Path file = Files.writeString(downloads.resolve("same.txt"), "new");
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            sandbox.files().write("same.txt", "old");
            logIn("#/sandbox/" + sandbox.id() + "/files");
            browser.waitForText(".files .name", "same.txt");
            browser.choose("input[type=file]", file);
            browser.find("dialog button.danger");
            assertThat(sandbox.run("cat", "same.txt").stdout()).isEqualTo("old");
            browser.click("Replace");
            Waiting.until(
                    "it is replaced",
                    () -> sandbox.run("cat", "same.txt").stdout().equals("new"));
        }
    }

    @Test
    void aServerThatIsSilentIsNotWaitedForForever() throws Exception {
        Path file = Files.writeString(downloads.resolve("stays.txt"), "here");
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            logIn("#/sandbox/" + sandbox.id() + "/files");
            browser.waitForText(".files ~ .empty", "This folder is empty");
            browser.run(HURRY);
            browser.run("XMLHttpRequest.prototype.send = () => {}");
            browser.choose("input[type=file]", file);
            browser.waitForText(".transfers .trouble", "The server does not answer.");
            browser.run(SILENCE, "/files");
            browser.click("Up");
            browser.waitForText(".panel > * > div > .trouble", "The server does not answer.");
        }
    }

    @Test
    void aCommandIsRunAndAnotherFollowedAndKilled() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build());
                var other = sandbox.start(CommandSpec.shell("echo of-before; exec sleep 1000"))) {
            logIn("#/sandbox/" + sandbox.id() + "/commands");
            browser.waitForText(".command code", "sleep 1000");
            browser.find("input[name=line]").sendKeys("echo $((6 * 7))-out; exit 3", Keys.ENTER);
            browser.waitForText(".output .xterm-rows > div", "42-out");
            browser.waitForText(".command", "exited 3");
            browser.find(".command.alive").click();
            browser.waitForText(".output .xterm-rows > div", "of-before");
            browser.click("Terminate");
            browser.waitForText(".output .xterm-rows > div", "killed by signal 15");
            assertThat(other.await(Duration.ofSeconds(20))).isPresent();
        }
    }

    @Test
    void whatASandboxSaysIsTextWhateverItSays() throws Exception {
        var spec = SandboxSpec.builder().metadata(Metadata.of(Map.of("name", MARKUP)));
        try (Sandbox sandbox = sandboxes.create(spec.build());
                var hostile = sandbox.start(
                        CommandSpec.of(
                                "printf",
                                MARKUP
                                        + "\\n\\033]0;owned\\007\\033]52;c;b3duZWQ=\\007\\033]8;;javascript:alert(1)\\007link\\033]8;;\\007-shown"))) {
            hostile.await();
            sandbox.files().write(MARKUP.replace("/", ""), "");
            sandbox.files().write("turned\u202egnp.exe", "");
            logIn("");
            browser.run("navigator.clipboard.writeText = () => { document.title = 'owned'; }");
            browser.waitForText("tbody th", MARKUP);
            unharmed();
            browser.run("location.hash = arguments[0]", "#/sandbox/" + sandbox.id() + "/files");
            browser.waitForText(".files .name", MARKUP);
            browser.waitForText(".files .name", "turned\\u{202e}gnp.exe");
            unharmed();
            browser.run("location.hash = arguments[0]", "#/sandbox/" + sandbox.id() + "/commands");
            browser.find(".command").click();
            browser.waitForText(".output .xterm-rows > div", "link-shown");
            assertThat(browser.has("[class*=xterm-underline]")).isFalse();
            unharmed();
            browser.run("location.hash = arguments[0]", "#/sandbox/" + sandbox.id() + "/details");
            browser.waitForText(".details pre", "onerror");
            unharmed();
        }
    }

    @Test
    void aSandboxThatIsGoneIsToldWithWhatToDo() throws Exception {
        logIn("#/sandbox/3fa85f64-5717-4562-b3fc-2c963f66afa6");
        browser.waitForText(".trouble", "No sandbox 3fa85f64");
    }

    @ParameterizedTest
    @CsvSource({
        "console/, text/html; charset=utf-8",
        "console/app.js, text/javascript; charset=utf-8",
        "console/console.css, text/css; charset=utf-8",
        "console/xterm/xterm.mjs, text/javascript; charset=utf-8"
    })
    void everyPartIsWhatItSaysAndMayDoNothingElse(String path, String type) throws Exception {
        var answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo(type);
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(answer, "Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        var again = server.send(
                HttpRequest.newBuilder(proxy.address().resolve(path)).header("If-None-Match", header(answer, "ETag")));
        assertThat(again.statusCode()).isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource({
        "console/no-such.js",
        "console/..%2fapplication.properties",
        "console/xterm/",
        "console/package-info.class"
    })
    void nothingElseIsServed(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void theShorterAddressLeadsToThePage() throws Exception {
        var answer = get("console");
        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(header(answer, "Location")).isEqualTo("console/");
    }

    @Test
    void aBrowserThatKnowsTheServersNameOnlyIsLedToThePage() throws Exception {
        browser.open(proxy.address().toString());
        browser.find("input[name=token]");
    }

    private static void logIn(String place) throws Exception {
        browser.size(1200, 800);
        browser.open(proxy.address() + "console/" + place);
        browser.find("input[name=token]").sendKeys(RealServer.TOKEN, Keys.ENTER);
    }

    private static void terminal(Sandbox sandbox) throws Exception {
        logIn("#/sandbox/" + sandbox.id());
        browser.find(".panel .empty button").click();
        browser.waitForText(SCREEN, "$");
    }

    private static long rows() {
        return (Long) browser.run("return document.querySelectorAll(arguments[0]).length", SCREEN);
    }

    private static void unharmed() {
        assertThat(browser.run("return document.title")).isNotEqualTo("owned");
        assertThat(browser.run("return document.querySelectorAll('img, iframe, object, embed').length"))
                .isEqualTo(0L);
    }

    private static long running(Sandbox sandbox) {
        return sandbox.commands().stream()
                .filter(info -> info.ending().isEmpty())
                .count();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return server.send(HttpRequest.newBuilder(proxy.address().resolve(path)));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
