package dev.sandjar.engine;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;

/**
 * A named recipe.
 *
 * @param name what {@link SandboxSpec#template} asks for
 * @param spec stands where the caller's spec has nothing; names no template itself. Of environment and metadata the caller's entries win, of
 *     SSH keys both are taken, and its network is had by whoever asks for none
 * @param warm how many to keep made ahead: 0 to 10 000
 */
public record Template(String name, SandboxSpec spec, int warm) {
    public Template {
        if (spec.template().isPresent()) {
            throw SandboxException.invalid(
                    "template " + name + ": template", spec.template().get(), "none: write its parts here");
        }
        if (warm < 0 || warm > 10_000) {
            throw SandboxException.invalid("template " + name + ": warm", warm, "0 to 10000");
        }
    }
}
