/**
 * What a language model does with a sandbox: six tools with names, words that teach them, and results as text.
 *
 * <p>Start at {@link dev.sandjar.tools.ToolSet}. An adapter maps it onto one agent framework: the framework's annotations around the same methods, with
 * the constants of {@link dev.sandjar.tools.ToolWords}. Not here: any framework, and any parsing of what a model sent; this package sees
 * {@code dev.sandjar} alone.
 */
@NullMarked
package dev.sandjar.tools;

import org.jspecify.annotations.NullMarked;
