/** A program as users write them. */
package dev.sandjar.compat.sessions.example;
