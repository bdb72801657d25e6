/**
 * Benchmarks: each figure beside its yardstick, measured in turn in the same run, because machines are noisy.
 *
 * <p>Start at {@link dev.sandjar.bench.Bench}. Not here: tests; nothing is asserted.
 */
@NullMarked
package dev.sandjar.bench;

import org.jspecify.annotations.NullMarked;
