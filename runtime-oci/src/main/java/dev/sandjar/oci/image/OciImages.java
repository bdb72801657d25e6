package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The root filesystems of this machine: {@code host}, and the names that configuration gives it. */
public final class OciImages implements Images {
    /** This machine's own {@code /usr}. */
    public static final String HOST = "host";

    private final Map<String, String> aliases;

    /** @param aliases names to what they stand for */
    public OciImages(Map<String, String> aliases) {
        this.aliases = new LinkedHashMap<>(aliases);
    }

    /** Reads {@code python:3.11=host,node:20=host}. */
    public static Map<String, String> parseAliases(String text) {
        var aliases = new LinkedHashMap<String, String>();
        for (String pair : text.split(",")) {
            int equals = pair.indexOf('=');
            if (pair.isBlank()) {
                continue;
            }
            if (equals < 1) {
                throw SandboxException.invalid("aliases", '"' + pair + '"', "name=image, joined by commas");
            }
            aliases.put(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return aliases;
    }

    /** What a reference stands for; refuses what is not here. */
    public String resolve(String reference) {
        String image = aliases.getOrDefault(reference, reference);
        if (!image.equals(HOST)) {
            throw new SandboxException(
                    ErrorCode.IMAGE_NOT_FOUND,
                    "image " + reference + " is not on this machine, and this version fetches none",
                    "use image host, or give the name to it: SANDJAR_ALIASES='" + reference + "=host'",
                    null);
        }
        return image;
    }

    @Override
    public List<ImageInfo> list() {
        var infos = new ArrayList<ImageInfo>();
        infos.add(new ImageInfo(HOST, "", 0));
        aliases.forEach((name, image) -> infos.add(new ImageInfo(name, "", 0)));
        return infos;
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        resolve(reference);
        return new ImageInfo(reference, "", 0);
    }

    @Override
    public void remove(String reference) {
        throw SandboxException.notSupported("removing image " + reference, "this machine", "it is the machine itself");
    }
}
