package dev.sandjar.compat.kmetis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.AddressBook.Located;
import dev.sandjar.compat.kmetis.error.SandboxNotFoundException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Optional<String> ip = Optional.of("10.0.0.1");
    private final AddressBook book = new AddressBook(this::lookUp, 22, Duration.ofSeconds(60), () -> now);

    private Located lookUp(String id) {
        return new Located(
                "uid", ip.orElseThrow(() -> SandboxNotFoundException.of(id, "agents")), 2222, Optional.empty());
    }

    private String find() throws InterruptedException {
        Located at = book.find("a");
        return at.address() + ":" + at.port();
    }

    @Test
    void anAddressIsBelievedUntilItsTimeIsUp() throws Exception {
        find();
        ip = Optional.of("10.0.0.2");

        now = now.plusSeconds(59);
        assertThat(find()).isEqualTo("10.0.0.1:2222");
        now = now.plusSeconds(1);
        assertThat(find()).isEqualTo("10.0.0.2:2222");
    }

    @Test
    void anAddressThatIsDoubtedIsLookedUpAnew() throws Exception {
        find();
        ip = Optional.of("10.0.0.2");

        book.doubt("a");

        assertThat(find()).isEqualTo("10.0.0.2:2222");
    }

    @Test
    void whatTheCallerSaidStays() throws Exception {
        book.say("a", Optional.of("127.0.0.1"), Optional.of(4000));

        book.doubt("a");
        now = now.plusSeconds(600);

        assertThat(find()).isEqualTo("127.0.0.1:4000");
    }

    @Test
    void addressAndPortAreSaidEachByItself() throws Exception {
        book.say("a", Optional.of("127.0.0.1"), Optional.empty());
        assertThat(find()).isEqualTo("127.0.0.1:2222");

        book.say("a", Optional.empty(), Optional.of(4000));
        assertThat(find()).isEqualTo("127.0.0.1:4000");
    }

    @Test
    void aSandboxOfNoClusterIsWhereItIsSaidToBe() throws Exception {
        ip = Optional.empty();
        assertThatThrownBy(this::find).isInstanceOf(SandboxNotFoundException.class);

        book.say("a", Optional.of("127.0.0.1"), Optional.empty());

        assertThat(find()).isEqualTo("127.0.0.1:22");
    }

    @Test
    void whatIsForgottenIsNotThere() throws Exception {
        book.say("a", Optional.of("127.0.0.1"), Optional.empty());
        assertThat(book.has("a")).isTrue();

        book.forget("a");

        assertThat(book.has("a")).isFalse();
        assertThat(find()).isEqualTo("10.0.0.1:2222");
    }
}
