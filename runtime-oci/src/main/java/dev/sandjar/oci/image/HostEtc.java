package dev.sandjar.oci.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The {@code /etc} of the image {@code host}: made once, shared by all its sandboxes, read-only. Of this machine's own it holds only what programs
 * in {@code /usr} cannot do without (the list below), and of that only what every user of this machine may read.
 */
final class HostEtc {
    /** The users of the image. */
    static final Accounts ACCOUNTS = new Accounts("""
            root:x:0:0:root:/root:/bin/bash
            sandbox:x:1000:1000:sandbox:/home/sandbox:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """, """
            root:x:0:
            tty:x:5:
            sandbox:x:1000:
            nogroup:x:65534:
            """);

    /** Names in {@code /etc}; a trailing {@code *} stands for anything. */
    private static final List<String> COPIED = List.of(
            "alternatives",
            "bash.bashrc",
            "debian_version",
            "fonts",
            "gai.conf",
            "inputrc",
            "java*",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "locale.alias",
            "localtime",
            "magic",
            "magic.mime",
            "mime.types",
            "os-release",
            "perl",
            "pki/ca-trust/extracted",
            "pki/tls",
            "profile",
            "protocols",
            "python*",
            "rpc",
            "services",
            "ssl/certs",
            "ssl/openssl.cnf",
            "terminfo",
            "timezone");

    private static final long LARGEST_FILE = 16 << 20;
    private static final Path SOURCE = Path.of("/etc");
    private static final String RECIPE = "1"; // to be raised with every change of this class

    private HostEtc() {}

    /** The folder for this machine as it is now; made unless it is there. */
    static Path in(Path folder) throws IOException {
        List<Path> sources = sources();
        Path etc = folder.resolve("host-etc-" + fingerprint(sources));
        if (Files.isDirectory(etc)) {
            return etc;
        }
        Path building = Files.createTempDirectory(folder, ".host-etc-");
        for (Path source : sources) {
            copy(source, building.resolve(SOURCE.relativize(source)));
        }
        made().forEach((name, text) -> write(building.resolve(name), text));
        Files.createSymbolicLink(building.resolve("mtab"), Path.of("/proc/self/mounts"));
        try (Stream<Path> all = Files.walk(building)) {
            for (Path one : all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                mode(one, "rwxr-xr-x");
            }
        }
        try {
            Files.move(building, etc, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Trees.remove(building);
            if (!Files.isDirectory(etc)) { // else somebody else was faster, with the same
                throw e;
            }
        }
        return etc;
    }

    private static Map<String, String> made() {
        var files = new TreeMap<String, String>();
        files.put("passwd", ACCOUNTS.passwd());
        files.put("group", ACCOUNTS.group());
        files.put("hostname", "sandbox\n");
        files.put("hosts", "127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost ip6-loopback\n");
        files.put("resolv.conf", "");
        files.put(
                "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n");
        files.put("shells", "/bin/sh\n/bin/bash\n");
        return files;
    }

    private static List<Path> sources() throws IOException {
        var found = new ArrayList<Path>();
        for (String name : COPIED) {
            if (name.endsWith("*")) {
                try (var matching = Files.newDirectoryStream(SOURCE, name)) {
                    matching.forEach(found::add);
                }
            } else if (Files.exists(SOURCE.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                found.add(SOURCE.resolve(name));
            }
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static String fingerprint(List<Path> sources) throws IOException {
        var text = new StringBuilder(RECIPE).append(made());
        for (Path source : sources) {
            var about = Files.readAttributes(source, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            text.append(source).append(about.lastModifiedTime().toMillis()).append(about.size());
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes about) throws IOException {
                if (!forEverybody(folder)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes about) throws IOException {
                Path copy = from.equals(file) ? to : to.resolve(from.relativize(file));
                if (about.isSymbolicLink()) {
                    Files.createSymbolicLink(copy, Files.readSymbolicLink(file));
                } else if (about.isRegularFile() && about.size() <= LARGEST_FILE && forEverybody(file)) {
                    Files.copy(file, copy);
                    mode(copy, "rw-r--r--");
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static boolean forEverybody(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class)
                .permissions()
                .contains(PosixFilePermission.OTHERS_READ);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
            mode(file, "rw-r--r--");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
