package dev.sandjar.engine;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;

/**
 * A named recipe.
 *
 * @param name what {@link SandboxSpec#template} asks for
 * @param spec stands where the caller's spec has nothing; names no template itself
 * @param warm how many to keep made ahead: 0 to 10 000
 */
public record Template(String name, SandboxSpec spec, int warm) {
    public Template {
        if (warm < 0 || warm > 10_000) {
            throw SandboxException.invalid("template " + name + ": warm", warm, "0 to 10000");
        }
    }
}
