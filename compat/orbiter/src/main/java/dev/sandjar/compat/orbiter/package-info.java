/**
 * Orbiter's sandboxes, in Java: the same names, states and messages, and tools that really run inside.
 *
 * <p>Start at {@link dev.sandjar.compat.orbiter.KubernetesSandbox#builder} or {@link dev.sandjar.compat.orbiter.LocalSandbox#builder}.
 * {@code OrbiterSandbox} has the life cycle, {@code Tool} what runs in it, {@code McpServer} a server of {@code mcp_config}. How a sandbox is made and
 * kept apart does not belong here: that is {@code dev.sandjar}, which this opens by name.
 */
@NullMarked
package dev.sandjar.compat.orbiter;

import org.jspecify.annotations.NullMarked;
