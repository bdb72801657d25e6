package dev.sandjar;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a sandbox uses now.
 *
 * @param cpu processor time since it was made
 * @param memory bytes, caches included
 * @param memoryLimit bytes; empty when nothing limits it
 * @param processes processes and threads
 * @param disk bytes of files that it wrote; empty where that is not known
 */
public record SandboxStats(Duration cpu, long memory, OptionalLong memoryLimit, int processes, OptionalLong disk) {}
