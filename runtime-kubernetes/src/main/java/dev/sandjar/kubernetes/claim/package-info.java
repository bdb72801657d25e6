/**
 * Several processes at one namespace: who is there, whose turn it is to tidy up, and who may hand out what was made ahead.
 *
 * <p>Start at {@link dev.sandjar.kubernetes.claim.Presence}. {@code Tenure} is one Lease object; {@code Claims} hands out and writes behind.
 * No clock is compared with another machine's: everybody measures how long a Lease has not changed before their own eyes.
 */
@NullMarked
package dev.sandjar.kubernetes.claim;

import org.jspecify.annotations.NullMarked;
