/** Single parts by JMH. What a user sees is measured one folder up; a part is measured here when a profile has named it. */
@NullMarked
package dev.sandjar.bench.parts;

import org.jspecify.annotations.NullMarked;
