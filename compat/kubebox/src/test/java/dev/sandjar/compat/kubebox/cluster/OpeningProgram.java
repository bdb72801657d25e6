package dev.sandjar.compat.kubebox.cluster;

/** Opens the cluster of the environment and asks it something: a program whose folders are watched meanwhile. */
final class OpeningProgram {
    private OpeningProgram() {}

    public static void main(String[] args) {
        try (var kubebox = Kubebox.open()) {
            System.out.println(kubebox.getAllPods("default").size() + " pods");
        }
    }
}
