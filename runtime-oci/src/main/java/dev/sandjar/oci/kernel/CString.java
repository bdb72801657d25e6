package dev.sandjar.oci.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Text for the kernel. File names are bytes to it; the JDK's text of a path has them only as far as this machine's locale can say them. */
public final class CString {
    private CString() {}

    /** Of plain text. */
    static long of(Arena arena, String text) {
        return arena.allocateFrom(text).address();
    }

    /** Of a path, byte by byte. */
    static long of(Arena arena, Path path) {
        String text = path.toString();
        return text.chars().allMatch(c -> c < 128) ? of(arena, text) : raw(arena, path);
    }

    private static long raw(Arena arena, Path path) {
        byte[] bytes = unescape(path.toUri().getRawPath());
        int length = bytes.length > 1 && bytes[bytes.length - 1] == '/' ? bytes.length - 1 : bytes.length;
        MemorySegment segment = arena.allocate(length + 1L);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, length);
        return segment.address();
    }

    private static byte[] unescape(String escaped) {
        byte[] bytes = new byte[escaped.length()];
        int count = 0;
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes[count++] = (byte) Integer.parseInt(escaped.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                bytes[count++] = (byte) escaped.charAt(i);
            }
        }
        return java.util.Arrays.copyOf(bytes, count);
    }

    /** Bytes as text that gives the same bytes again, whatever they are. */
    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The reverse of {@link #text}. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** An absolute path of these bytes in UTF-8, whatever this machine's locale is. */
    public static Path path(String absolute) {
        if (absolute.chars().allMatch(c -> c < 128)) {
            return Path.of(absolute);
        }
        var escaped = new StringBuilder("file://");
        for (byte b : absolute.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '/';
            escaped.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b));
        }
        return Path.of(URI.create(escaped.toString()));
    }
}
