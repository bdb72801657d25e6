package dev.sandjar.oci.image;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Content addresses: {@code sha256:} and 64 hex digits. */
final class Digest {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    private Digest() {}

    static boolean valid(String text) {
        return FORM.matcher(text).matches();
    }

    static String of(byte[] content) {
        return text(sha256().digest(content));
    }

    private static String text(byte[] digest) {
        return "sha256:" + HexFormat.of().formatHex(digest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** Computes the digest of what passes through, and refuses more than a limit. */
    static final class Through extends WatchedInput {
        private final MessageDigest digest = sha256();
        private final long limit;
        private long count;

        Through(InputStream in, long limit) {
            super(in);
            this.limit = limit;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int read = in.read(to, offset, length);
            if (read > 0) {
                digest.update(to, offset, read);
                count += read;
                if (count > limit) {
                    throw new HostileImageException("more than " + limit + " bytes");
                }
            }
            return read;
        }

        /** Reads what is left and gives the digest of all. */
        String finish() throws IOException {
            byte[] waste = new byte[65_536];
            while (read(waste, 0, waste.length) >= 0) {
                // counted
            }
            return text(digest.digest());
        }

        long count() {
            return count;
        }
    }
}
