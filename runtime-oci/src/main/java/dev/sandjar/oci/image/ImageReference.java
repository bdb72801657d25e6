package dev.sandjar.oci.image;

import dev.sandjar.SandboxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry, parsed strictly: {@code [registry/]repository[:tag][@digest]}.
 *
 * @param registry host and perhaps port; {@code docker.io} when none is named
 * @param repository path in it; {@code library/} is put before one-word names of {@code docker.io}
 * @param tag {@code latest} when neither tag nor digest is named
 * @param digest {@code sha256:} and 64 hex digits; when it is there the tag is only a remark
 */
record ImageReference(String registry, String repository, String tag, Optional<String> digest) {
    static final String DOCKER_HUB = "docker.io";

    private static final String HOST =
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private static final String PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern FORM =
            Pattern.compile("(?<registry>(?:" + HOST + "|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?)/"
                    + "(?<repository>" + PART + "(?:/" + PART + ")*)"
                    + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
                    + "(?:@(?<digest>sha256:[0-9a-f]{64}))?");
    private static final int LONGEST = 512;
    private static final String ALLOWED = "[registry/]repository[:tag][@sha256:...], lower case";

    /** Reads it, or refuses it. */
    static ImageReference parse(String text) {
        if (text.length() > LONGEST) {
            throw SandboxException.invalid("image", text.length() + " characters", "at most " + LONGEST);
        }
        // what stands before the first slash is a registry when it looks like a host: has a dot or a port, or is
        // localhost
        int slash = text.indexOf('/');
        String first = slash < 0 ? "" : text.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        Matcher matcher = FORM.matcher(named ? text : DOCKER_HUB + "/" + text);
        if (!matcher.matches()) {
            throw SandboxException.invalid("image", quoted(text), ALLOWED);
        }
        String registry = matcher.group("registry").equals("index.docker.io") ? DOCKER_HUB : matcher.group("registry");
        String repository = matcher.group("repository");
        boolean oneWord = registry.equals(DOCKER_HUB) && !repository.contains("/");
        return new ImageReference(
                registry,
                oneWord ? "library/" + repository : repository,
                Optional.ofNullable(matcher.group("tag")).orElse("latest"),
                Optional.ofNullable(matcher.group("digest")));
    }

    /** What its manifest is asked for by. */
    String version() {
        return digest.orElse(tag);
    }

    /** The same for all spellings of one image. */
    @Override
    public String toString() {
        return registry + "/" + repository + digest.map(sha -> "@" + sha).orElse(":" + tag);
    }

    private static String quoted(String text) {
        return '"' + text.replaceAll("[^\\x20-\\x7e]", "?") + '"';
    }
}
