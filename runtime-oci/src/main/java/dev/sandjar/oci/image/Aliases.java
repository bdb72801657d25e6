package dev.sandjar.oci.image;

import dev.sandjar.SandboxException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which image stands for which, for machines that cannot reach the one that is asked for. One step: an alias of an alias is none. */
public record Aliases(Map<String, String> table) {
    /** None. */
    public static final Aliases NONE = new Aliases(Map.of());

    /** Copies. */
    public Aliases {
        table = Map.copyOf(table);
    }

    /** Reads {@code name=image,name=image}. */
    public static Aliases parse(String text) {
        var table = new LinkedHashMap<String, String>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            String[] sides = entry.strip().split("=", 2);
            if (sides.length < 2 || sides[0].isBlank() || sides[1].isBlank()) {
                throw SandboxException.invalid("aliases", '"' + entry + '"', "image=image,image=image");
            }
            if (table.put(sides[0].strip(), sides[1].strip()) != null) {
                throw SandboxException.invalid("aliases", sides[0].strip() + " twice", "each image once");
            }
        }
        return new Aliases(table);
    }

    /** What to use for a reference: another, or itself. */
    public String resolve(String reference) {
        return table.getOrDefault(reference, reference);
    }
}
