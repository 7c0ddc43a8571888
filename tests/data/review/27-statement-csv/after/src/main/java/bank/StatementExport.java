package bank;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/** Writes account statements as CSV; yearly ones have up to 100,000 entries. */
public final class StatementExport {
    public record Entry(LocalDate date, String text, long cents) {}

    private StatementExport() {}

    public static String export(List<Entry> entries, long openingCents) {
        String out = "date;text;amount;balance\n";
        long balance = openingCents;
        for (Entry entry : entries) {
            balance = Math.addExact(balance, entry.cents());
            out += String.join(";",
                    entry.date().toString(),
                    quoted(entry.text()),
                    amount(entry.cents()),
                    amount(balance)) + "\n";
        }
        return out;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static String amount(long cents) {
        return BigDecimal.valueOf(cents, 2).toPlainString();
    }
}
