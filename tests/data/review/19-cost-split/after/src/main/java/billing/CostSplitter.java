package billing;

import java.util.List;

public final class CostSplitter {
    private CostSplitter() {}

    /**
     * Splits an invoice between cost centres in proportion to their weights.
     * The shares are booked against the invoice and have to add up to it.
     */
    public static List<Long> split(long cents, List<Integer> weights) {
        if (weights.stream().anyMatch(weight -> weight < 0)) {
            throw new IllegalArgumentException("negative weight");
        }
        long weightSum = weights.stream().mapToLong(Integer::longValue).sum();
        if (weightSum == 0) {
            throw new IllegalArgumentException("no weights");
        }
        return weights.stream()
                .map(weight -> cents * weight / weightSum)
                .toList();
    }
}
