package dev.sandjar.engine.files;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.Replies;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** A file as it is read. One that ends before the size it had is an error, unless it is as it was: some of the kernel's have no true size. */
final class WholeFile extends FilterInputStream {
    private final String path;
    private final Replies.Stat then;
    private final Supplier<Replies.Stat> look;
    private long count;

    /**
     * @param then how it was when it was opened
     * @param look how it is now
     */
    WholeFile(InputStream content, String path, Replies.Stat then, Supplier<Replies.Stat> look) {
        super(content);
        this.path = path;
        this.then = then;
        this.look = look;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        int n = in.read(to, start, length);
        if (n >= 0) {
            count += n;
        } else if (count < then.size() && !isAsItWas()) {
            var why = new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "file " + path + " became shorter while it was read",
                    "read it again from its beginning",
                    null);
            throw new IOException(why.getMessage(), why);
        }
        return n;
    }

    private boolean isAsItWas() {
        try {
            return look.get().equals(then);
        } catch (SandboxException gone) {
            return false;
        }
    }

    @Override
    public long skip(long n) throws IOException {
        return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 1 << 16)]));
    }
}
