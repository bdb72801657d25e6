package dev.sandjar.server.door.rest;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.fileupload.FileItemIterator;
import org.apache.commons.fileupload.FileItemStream;
import org.apache.commons.fileupload.FileUpload;
import org.apache.commons.fileupload.FileUploadBase;
import org.apache.commons.fileupload.FileUploadException;
import org.apache.commons.fileupload.InvalidFileNameException;
import org.apache.commons.fileupload.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * The content of one uploaded file, as it arrives: the body itself, or the part {@code file} of a multipart form. Counts and digests on
 * the way. One old client sends forms under the name of JSON and without the boundary: a body that begins with {@code --} is a form.
 */
final class Upload extends FilterInputStream {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";,]{1,70})\"?", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_BOUNDARY = 74;

    private final String fileName;
    private final long largest;
    private final MessageDigest md5;
    private long count;

    private Upload(InputStream content, String fileName, long largest) {
        super(content);
        this.fileName = fileName;
        this.largest = largest;
        try {
            this.md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has MD5
        }
    }

    static Upload of(InputStream body, @Nullable String contentType, long largest) throws IOException {
        var ahead = new PushbackInputStream(body, LONGEST_BOUNDARY + 2);
        byte[] start = ahead.readNBytes(LONGEST_BOUNDARY + 2);
        ahead.unread(start);
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        boolean form = type.startsWith("multipart/");
        boolean disguised =
                type.startsWith("application/json") && start.length > 2 && start[0] == '-' && start[1] == '-';
        if (!form && !disguised) {
            return new Upload(ahead, "", largest);
        }
        Matcher named = BOUNDARY.matcher(contentType == null ? "" : contentType);
        String boundary = form && named.find() ? named.group(1) : firstLine(start);
        return ofForm(ahead, boundary, largest);
    }

    private static String firstLine(byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\r');
        if (!text.startsWith("--") || end < 3) {
            throw SandboxException.invalid(
                    "the form", "without a boundary", "multipart/form-data with a part \"file\"");
        }
        return text.substring(2, end);
    }

    private static Upload ofForm(InputStream body, String boundary, long largest) throws IOException {
        try {
            FileItemIterator parts = new FileUpload().getItemIterator(new Form(body, boundary));
            while (parts.hasNext()) {
                FileItemStream part = parts.next();
                if ("file".equals(part.getFieldName())) {
                    String name = part.getName() == null ? "" : part.getName();
                    return new Upload(part.openStream(), lastPart(name), largest);
                }
            }
        } catch (FileUploadException | FileUploadBase.FileUploadIOException | InvalidFileNameException e) {
            throw SandboxException.invalid("the form", "malformed", "multipart/form-data with a part \"file\"");
        }
        throw SandboxException.invalid(
                "the form", "without a part \"file\"", "multipart/form-data with a part \"file\"");
    }

    /** A form as the library wants to see it. */
    private record Form(InputStream body, String boundary) implements RequestContext {
        @Override
        public String getCharacterEncoding() {
            return "UTF-8";
        }

        @Override
        public String getContentType() {
            return "multipart/form-data; boundary=" + boundary;
        }

        @Override
        @Deprecated
        public int getContentLength() {
            return -1;
        }

        @Override
        public InputStream getInputStream() {
            return body;
        }
    }

    /** A browser may send a whole path. */
    private static String lastPart(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    }

    /** Empty when the client gave none. */
    String fileName() {
        return fileName;
    }

    String md5() {
        return FilesResource.hex(md5.digest());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        int n = in.read(to, start, length);
        if (n > 0) {
            md5.update(to, start, n);
            count += n;
            if (count > largest) {
                throw new IOException(new SandboxException(
                        ErrorCode.TOO_LARGE,
                        "the file is larger than " + largest + " bytes",
                        "send a smaller one",
                        null));
            }
        }
        return n;
    }
}
