package dev.sandjar.cli;

import java.util.Collection;
import java.util.List;

/** What a mistyped word may have meant. */
final class Suggestions {
    private static final int FARTHEST = 2; // more mistakes than that, and it is another word

    private Suggestions() {}

    /** The nearest first; none when nothing is near, which for short words is one mistake. */
    static List<String> of(String typed, Collection<String> words) {
        int farthest = typed.length() <= 2 ? 1 : FARTHEST;
        return words.stream()
                .filter(word -> distance(typed, word) <= farthest
                        || (typed.length() >= 3 && (word.startsWith(typed) || typed.startsWith(word))))
                .sorted((a, b) -> Integer.compare(distance(typed, a), distance(typed, b)))
                .limit(3)
                .toList();
    }

    /** Letters to add, drop, change or swap with their neighbour (Damerau and Levenshtein). */
    static int distance(String a, String b) {
        int[][] costs = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                costs[i][j] = cost(costs, a, b, i, j);
            }
        }
        return costs[a.length()][b.length()];
    }

    private static int cost(int[][] costs, String a, String b, int i, int j) {
        if (i == 0 || j == 0) {
            return i + j;
        }
        int changed = costs[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(changed, Math.min(costs[i - 1][j], costs[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, costs[i - 2][j - 2] + 1) : least;
    }
}
