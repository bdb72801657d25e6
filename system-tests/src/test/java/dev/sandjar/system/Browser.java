package dev.sandjar.system;

import dev.sandjar.testing.Waiting;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium without a screen, used as a person does: by what is seen, clicks and keys. It knows no host but this one. */
final class Browser implements AutoCloseable {
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium"); // held, or its level is forgotten

    private static final int MOST_TRIES = 10;

    private final ChromeDriver driver;

    Browser(Path downloads) {
        SELENIUM.setLevel(Level.SEVERE);
        var options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless=new",
                "--no-sandbox", // its own does not work for root
                "--window-size=1200,800",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
        options.setExperimentalOption(
                "prefs",
                Map.of("download.default_directory", downloads.toString(), "download.prompt_for_download", false));
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                .build();
        driver = new ChromeDriver(service, options);
    }

    /** As in a window that is new. */
    void open(String url) {
        load(() -> driver.get(url));
        run("sessionStorage.clear(); localStorage.clear();");
        driver.get("about:blank");
        load(() -> driver.get(url));
    }

    void reload() {
        load(() -> driver.navigate().refresh());
    }

    /** Other tests make and remove network interfaces, at which a browser cuts what it is loading: then once more. */
    private void load(Runnable way) {
        way.run();
        for (int tries = 1;
                tries < MOST_TRIES
                        && driver.findElements(By.cssSelector("main")).isEmpty();
                tries++) {
            driver.navigate().refresh();
        }
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Waits for it. */
    WebElement find(String css) throws Exception {
        return find(By.cssSelector(css));
    }

    private WebElement find(By by) throws Exception {
        var found = new WebElement[1];
        Waiting.until("the page has " + by, () -> {
            found[0] = driver.findElements(by).stream()
                    .filter(Browser::isDisplayed)
                    .findFirst()
                    .orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    private static boolean isDisplayed(WebElement element) {
        try {
            return element.isDisplayed();
        } catch (StaleElementReferenceException replaced) {
            return false;
        }
    }

    boolean has(String css) {
        return driver.findElements(By.cssSelector(css)).stream().anyMatch(Browser::isDisplayed);
    }

    /** A button or link, by what it says; the innermost dialog's first. */
    void click(String label) throws Exception {
        String scope = driver.findElements(By.cssSelector("dialog[open]")).isEmpty() ? "//" : "//dialog[@open]//";
        find(By.xpath(scope + "*[self::button or self::a][normalize-space(.)='" + label + "']"))
                .click();
    }

    /** To whatever has the focus. */
    void type(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** For a field that people do not see, such as one for files. */
    void choose(String css, Path file) {
        driver.findElement(By.cssSelector(css)).sendKeys(file.toString());
    }

    void waitForText(String css, String text) throws Exception {
        try {
            Waiting.until(css + " says " + text, () -> text(css).contains(text));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; it says: " + text(css) + "; " + complaints(), e);
        }
    }

    /** All that is written there, line by line; nothing when it is not there. */
    String text(String css) {
        return String.valueOf(run(
                "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent).join('\\n')",
                css));
    }

    Object run(String script, Object... arguments) {
        return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
    }

    /** What the page or its policy found wrong since the last time; answers that are refusals are not. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> !message.contains("the server responded with a status of")
                        && !message.contains("net::ERR_CONNECTION_")
                        && !message.contains("net::ERR_NETWORK_CHANGED")
                        && !message.contains("net::ERR_EMPTY_RESPONSE"))
                .toList();
    }

    /** Once it is whole. */
    static Path downloaded(Path folder, String name) throws Exception {
        Path file = folder.resolve(name);
        Waiting.until(name + " is downloaded", () -> Files.exists(file) && !hasUnfinished(folder));
        return file;
    }

    private static boolean hasUnfinished(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".crdownload"));
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
