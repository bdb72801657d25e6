/**
 * Leases: until when a sandbox may live.
 *
 * <p>Start at {@link dev.sandjar.engine.lease.Reaper}. {@code LeaseRules} decides and is pure; {@code Alarms} is the only clock and
 * scheduler of the engine. Not here: how a sandbox is destroyed ({@code lifecycle}).
 */
@NullMarked
package dev.sandjar.engine.lease;

import org.jspecify.annotations.NullMarked;
