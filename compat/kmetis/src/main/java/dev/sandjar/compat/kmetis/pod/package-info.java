/**
 * What a sandbox's pod looks like and what its status means; pure.
 *
 * <p>Start at {@link dev.sandjar.compat.kmetis.pod.SandboxPod}; {@link dev.sandjar.compat.kmetis.pod.Verdict} judges. The scripts that run in
 * the pod lie beside, as resources. Not here: asking the cluster anything ({@code kmetis}), and SSH ({@code kmetis.ssh}).
 */
@NullMarked
package dev.sandjar.compat.kmetis.pod;

import org.jspecify.annotations.NullMarked;
