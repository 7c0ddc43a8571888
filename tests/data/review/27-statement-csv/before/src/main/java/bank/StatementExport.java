package bank;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/** Writes account statements as CSV; yearly ones have up to 100,000 entries. */
public final class StatementExport {
    public record Entry(LocalDate date, String text, long cents) {}

    private StatementExport() {}

    public static String export(List<Entry> entries) {
        StringBuilder out = new StringBuilder("date;text;amount\n");
        for (Entry entry : entries) {
            out.append(entry.date()).append(';')
                    .append(quoted(entry.text())).append(';')
                    .append(amount(entry.cents())).append('\n');
        }
        return out.toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static String amount(long cents) {
        return BigDecimal.valueOf(cents, 2).toPlainString();
    }
}
