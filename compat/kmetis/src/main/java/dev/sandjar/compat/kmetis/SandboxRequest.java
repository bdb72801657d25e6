package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.ssh.PublicKeys;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What sandbox to make.
 *
 * @param publicKey who may log in: one or more lines as in a {@code .pub} file
 * @param image what it runs; empty for the SDK's default
 * @param cpu processors, as Kubernetes writes them, such as {@code 500m}; all of them are set aside
 * @param memory as Kubernetes writes it, such as {@code 512Mi}; all of it is set aside
 * @param namePrefix how its id begins: 1 to 40 of a-z, 0-9 and -, no - at either end
 */
public record SandboxRequest(String publicKey, Optional<String> image, String cpu, String memory, String namePrefix) {
    private static final Pattern PREFIX = Pattern.compile("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");

    /** Refuses what no pod can be made of. */
    public SandboxRequest {
        publicKey = PublicKeys.check(publicKey);
        requireQuantity("cpu", cpu);
        requireQuantity("memory", memory);
        if (image.isPresent() && image.get().isBlank()) {
            throw SandboxException.invalid("image", "empty", "an image's reference");
        }
        if (!PREFIX.matcher(namePrefix).matches()) {
            throw SandboxException.invalid("namePrefix", namePrefix, "1 to 40 of a-z, 0-9 and -, no - at either end");
        }
    }

    /**
     * The usual one: 1 processor, 1 GiB.
     *
     * @param publicKey who may log in
     * @return with {@code sandbox} as its prefix
     */
    public static SandboxRequest of(String publicKey) {
        return new SandboxRequest(publicKey, Optional.empty(), "1", "1Gi", "sandbox");
    }

    /**
     * The same in another image.
     *
     * @param other its reference
     * @return a copy
     */
    public SandboxRequest withImage(String other) {
        return new SandboxRequest(publicKey, Optional.of(other), cpu, memory, namePrefix);
    }

    /**
     * The same with other resources.
     *
     * @param otherCpu as Kubernetes writes processors
     * @param otherMemory as Kubernetes writes memory
     * @return a copy
     */
    public SandboxRequest withResources(String otherCpu, String otherMemory) {
        return new SandboxRequest(publicKey, image, otherCpu, otherMemory, namePrefix);
    }

    /**
     * The same with another beginning of its id.
     *
     * @param other as {@link #namePrefix}
     * @return a copy
     */
    public SandboxRequest withNamePrefix(String other) {
        return new SandboxRequest(publicKey, image, cpu, memory, other);
    }

    private static void requireQuantity(String name, String text) {
        try {
            if (new Quantity(text).getNumericalAmount().compareTo(BigDecimal.ZERO) > 0) {
                return;
            }
        } catch (IllegalArgumentException notOne) {
            throw SandboxException.invalid(name, text, "as Kubernetes writes it, such as 500m or 512Mi");
        }
        throw SandboxException.invalid(name, text, "more than 0");
    }
}
