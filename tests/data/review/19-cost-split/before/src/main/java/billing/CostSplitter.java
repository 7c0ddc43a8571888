package billing;

import java.util.ArrayList;
import java.util.List;

public final class CostSplitter {
    private CostSplitter() {}

    /**
     * Splits an invoice between cost centres in proportion to their weights.
     * The shares are booked against the invoice and have to add up to it.
     */
    public static List<Long> split(long cents, List<Integer> weights) {
        long weightSum = 0;
        for (int weight : weights) {
            weightSum += weight;
        }
        if (weightSum <= 0) {
            throw new IllegalArgumentException("no weights");
        }
        List<Long> shares = new ArrayList<>();
        long weightSoFar = 0;
        long booked = 0;
        for (int weight : weights) {
            weightSoFar += weight;
            long upTo = cents * weightSoFar / weightSum;
            shares.add(upTo - booked);
            booked = upTo;
        }
        return shares;
    }
}
