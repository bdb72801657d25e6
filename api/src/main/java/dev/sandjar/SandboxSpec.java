package dev.sandjar;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What kind of sandbox is wanted. What is left empty is filled from the template, then from the place's own defaults.
 *
 * @param image {@code host} (this machine's own {@code /usr}, read-only), or an OCI reference such as {@code python:3.11}
 * @param template the name of a recipe configured at the place; its values stand where this spec has none
 * @param ttl from creation until the sandbox is deleted: 60 seconds to 8 hours; 1 hour when empty
 * @param idleTimeout deleted when nobody used it for so long: 1 second to 8 hours; never when empty. To look at it, its load, its processes or what
 *     its commands have written is no use
 * @param env laid over the image's own environment, for every command; names without {@code =} and NUL
 * @param cwd where commands start: an absolute path; {@code /workspace} when empty
 * @param user {@code name}, {@code uid} or {@code uid:gid}; {@code 1000:1000}, called {@code sandbox}, when empty
 * @param cpu processors, 0.01 to 256
 * @param memory bytes, 16 MiB to 16 TiB; the kernel kills inside the sandbox above it
 * @param pids processes and threads, 8 to 1 000 000
 * @param disk bytes of files, 16 MiB to 16 TiB
 * @param metadata the caller's own, given back unchanged
 * @param sshPublicKeys lines as in {@code authorized_keys}: type, base64, comment; 64 at most
 * @param network what it can reach; nothing but itself when empty
 */
public record SandboxSpec(
        Optional<String> image,
        Optional<String> template,
        Optional<Duration> ttl,
        Optional<Duration> idleTimeout,
        Map<String, String> env,
        Optional<String> cwd,
        Optional<String> user,
        OptionalDouble cpu,
        OptionalLong memory,
        OptionalInt pids,
        OptionalLong disk,
        Metadata metadata,
        List<String> sshPublicKeys,
        Optional<Network> network) {
    /** The shortest lifetime. */
    public static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
    /** The longest lifetime; renewing counts anew from now. */
    public static final Duration LONGEST_TTL = Duration.ofHours(8);
    /** The lifetime of a sandbox whose spec and template name none. */
    public static final Duration DEFAULT_TTL = Duration.ofHours(1);

    private static final long SMALLEST = 16L << 20;
    private static final long LARGEST = 16L << 40;
    private static final Pattern SSH_KEY = Pattern.compile("[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [^\\r\\n]*)?");
    private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10}(:[0-9]{1,10})?");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,62})");

    /** Checks every part and copies. */
    public SandboxSpec {
        image.ifPresent(text -> bounded("image", text, 512));
        template.ifPresent(text -> {
            if (!NAME.matcher(text).matches()) {
                throw SandboxException.invalid("template", quoted(text), "1 to 63 of a-z 0-9 . _ -");
            }
        });
        ttl.ifPresent(SandboxSpec::checkTtl);
        idleTimeout.ifPresent(limit -> inRange("idleTimeout", limit, Duration.ofSeconds(1), LONGEST_TTL));
        env = Environment.check("env", env);
        cwd.ifPresent(path -> {
            bounded("cwd", path, 4_096);
            if (!path.startsWith("/")) {
                throw SandboxException.invalid("cwd", quoted(path), "an absolute path");
            }
        });
        user.ifPresent(name -> {
            if (!USER.matcher(name).matches()) {
                throw SandboxException.invalid("user", quoted(name), "a name, a uid, or uid:gid");
            }
        });
        cpu.ifPresent(cores -> {
            if (!(cores >= 0.01 && cores <= 256)) {
                throw SandboxException.invalid("cpu", cores, "0.01 to 256");
            }
        });
        memory.ifPresent(bytes -> size("memory", bytes));
        disk.ifPresent(bytes -> size("disk", bytes));
        pids.ifPresent(count -> {
            if (count < 8 || count > 1_000_000) {
                throw SandboxException.invalid("pids", count, "8 to 1000000");
            }
        });
        sshPublicKeys = List.copyOf(sshPublicKeys);
        if (sshPublicKeys.size() > 64) {
            throw SandboxException.invalid("sshPublicKeys", sshPublicKeys.size() + " keys", "at most 64");
        }
        for (String key : sshPublicKeys) {
            bounded("sshPublicKey", key, 16_384);
            if (!SSH_KEY.matcher(key).matches()) {
                throw SandboxException.invalid(
                        "sshPublicKey", quoted(key), "a line as in authorized_keys: type, base64, comment");
            }
        }
    }

    /**
     * A spec with an image and nothing else.
     *
     * @param image as {@link #image}
     * @return the spec
     */
    public static SandboxSpec of(String image) {
        return builder().image(image).build();
    }

    /**
     * Starts a spec.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a spec from this one.
     *
     * @return a builder that holds this spec's parts
     */
    public Builder toBuilder() {
        var builder = new Builder();
        builder.image = image.orElse(null);
        builder.template = template.orElse(null);
        builder.ttl = ttl.orElse(null);
        builder.idleTimeout = idleTimeout.orElse(null);
        builder.env = env;
        builder.cwd = cwd.orElse(null);
        builder.user = user.orElse(null);
        builder.cpu = cpu;
        builder.memory = memory;
        builder.pids = pids;
        builder.disk = disk;
        builder.metadata = metadata;
        builder.sshPublicKeys = sshPublicKeys;
        builder.network = network;
        return builder;
    }

    /**
     * Checks a lifetime's range, wherever one is given.
     *
     * @param ttl the lifetime
     * @return the same
     */
    public static Duration checkTtl(Duration ttl) {
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw SandboxException.invalid("ttl", ttl.toSeconds(), "60 to 28800 seconds");
        }
        return ttl;
    }

    private static void inRange(String what, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw SandboxException.invalid(
                    what, value.toSeconds(), least.toSeconds() + " to " + most.toSeconds() + " seconds");
        }
    }

    private static void size(String what, long bytes) {
        if (bytes < SMALLEST || bytes > LARGEST) {
            throw SandboxException.invalid(what, bytes, SMALLEST + " to " + LARGEST + " bytes");
        }
    }

    private static void bounded(String what, String text, int longest) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (text.isBlank() || length > longest || text.indexOf('\0') >= 0) {
            throw SandboxException.invalid(
                    what, length + " bytes of text", "1 to " + longest + " bytes, not blank, without NUL");
        }
    }

    private static String quoted(String text) {
        String start = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return '"' + start.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    /** What is asked for in short; of the environment its names alone, of metadata nothing: their values may be secrets. */
    @Override
    public String toString() {
        return "SandboxSpec[image=" + image.orElse("") + ", template=" + template.orElse("") + ", env=" + env.keySet()
                + "]";
    }

    /** Collects the parts of a spec; {@link #build} checks them. */
    public static final class Builder {
        private @Nullable String image;
        private @Nullable String template;
        private @Nullable Duration ttl;
        private @Nullable Duration idleTimeout;
        private Map<String, String> env = Map.of();
        private @Nullable String cwd;
        private @Nullable String user;
        private OptionalDouble cpu = OptionalDouble.empty();
        private OptionalLong memory = OptionalLong.empty();
        private OptionalInt pids = OptionalInt.empty();
        private OptionalLong disk = OptionalLong.empty();
        private Metadata metadata = Metadata.empty();
        private List<String> sshPublicKeys = List.of();
        private Optional<Network> network = Optional.empty();

        private Builder() {}

        /**
         * Sets the root filesystem.
         *
         * @param value {@code host} or an OCI reference
         * @return this
         */
        public Builder image(String value) {
            image = value;
            return this;
        }

        /**
         * Sets the recipe.
         *
         * @param value its name
         * @return this
         */
        public Builder template(String value) {
            template = value;
            return this;
        }

        /**
         * Sets the lifetime.
         *
         * @param value 60 seconds to 8 hours
         * @return this
         */
        public Builder ttl(Duration value) {
            ttl = value;
            return this;
        }

        /**
         * Sets the longest time without use.
         *
         * @param value 1 second to 8 hours
         * @return this
         */
        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /**
         * Sets the environment of every command.
         *
         * @param value names to values
         * @return this
         */
        public Builder env(Map<String, String> value) {
            env = value;
            return this;
        }

        /**
         * Sets where commands start.
         *
         * @param value an absolute path
         * @return this
         */
        public Builder cwd(String value) {
            cwd = value;
            return this;
        }

        /**
         * Sets whom commands run as.
         *
         * @param value a name, a uid, or uid:gid
         * @return this
         */
        public Builder user(String value) {
            user = value;
            return this;
        }

        /**
         * Sets the processors.
         *
         * @param cores 0.01 to 256
         * @return this
         */
        public Builder cpu(double cores) {
            cpu = OptionalDouble.of(cores);
            return this;
        }

        /**
         * Sets the memory.
         *
         * @param bytes 16 MiB to 16 TiB
         * @return this
         */
        public Builder memory(long bytes) {
            memory = OptionalLong.of(bytes);
            return this;
        }

        /**
         * Sets how many processes and threads there may be.
         *
         * @param count 8 to 1 000 000
         * @return this
         */
        public Builder pids(int count) {
            pids = OptionalInt.of(count);
            return this;
        }

        /**
         * Sets the space for files.
         *
         * @param bytes 16 MiB to 16 TiB
         * @return this
         */
        public Builder disk(long bytes) {
            disk = OptionalLong.of(bytes);
            return this;
        }

        /**
         * Sets the caller's own data.
         *
         * @param value a JSON object
         * @return this
         */
        public Builder metadata(Metadata value) {
            metadata = value;
            return this;
        }

        /**
         * Sets who may log in by SSH.
         *
         * @param value lines as in {@code authorized_keys}
         * @return this
         */
        public Builder sshPublicKeys(List<String> value) {
            sshPublicKeys = value;
            return this;
        }

        /**
         * Sets what the sandbox can reach.
         *
         * @param value the network
         * @return this
         */
        public Builder network(Network value) {
            network = Optional.of(value);
            return this;
        }

        /**
         * Checks and makes the spec.
         *
         * @return the spec
         * @throws SandboxException {@code INVALID_ARGUMENT}, naming the part, its value and the range
         */
        public SandboxSpec build() {
            return new SandboxSpec(
                    Optional.ofNullable(image),
                    Optional.ofNullable(template),
                    Optional.ofNullable(ttl),
                    Optional.ofNullable(idleTimeout),
                    env,
                    Optional.ofNullable(cwd),
                    Optional.ofNullable(user),
                    cpu,
                    memory,
                    pids,
                    disk,
                    metadata,
                    sshPublicKeys,
                    network);
        }
    }
}
