/**
 * What can go wrong: {@link dev.sandjar.compat.kmetis.error.SandboxException} and its children, one for each kind of work, unchecked.
 *
 * <p>A command that returns non-zero is no error. Not here: words for what a pod's status means ({@code kmetis.pod}).
 */
@NullMarked
package dev.sandjar.compat.kmetis.error;

import org.jspecify.annotations.NullMarked;
