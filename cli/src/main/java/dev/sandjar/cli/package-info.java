/**
 * The command line: one class a verb, each a thin mapping onto {@code dev.sandjar}.
 *
 * <p>Start at {@link dev.sandjar.cli.Sandjar}. Facts go to standard output, talk to standard error. Not here: anything that a Java
 * program could not do as well through the api.
 */
@NullMarked
package dev.sandjar.cli;

import org.jspecify.annotations.NullMarked;
