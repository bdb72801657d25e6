package dev.sandjar.testing.registry;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs an OCI registry on loopback for the tests of a class, which get it as a parameter: a {@link TestRegistry}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TestRegistry.Extension.class)
public @interface WithRegistry {}
