/** What the README shows; a test of the whole runs it. */
package dev.sandjar.compat.kubebox.example;
