"""Export of orders for the accounting department."""
import csv

ORDERS = """
    SELECT o.id, o.placed_on, c.name
    FROM orders AS o
    JOIN customers AS c ON c.id = o.customer_id
    WHERE o.placed_on >= ?
    ORDER BY o.id
"""

TOTAL = """
    SELECT COALESCE(SUM(quantity * unit_cents), 0)
    FROM order_lines
    WHERE order_id = ?
"""


def order_total(conn, order_id):
    return conn.execute(TOTAL, (order_id,)).fetchone()[0]


def order_rows(conn, since):
    for order_id, placed_on, customer in conn.execute(ORDERS, (since,)):
        yield {
            "order": order_id,
            "date": placed_on,
            "customer": customer,
            "cents": order_total(conn, order_id),
        }


def export_orders(conn, since, out):
    """Write the orders placed since a day as CSV."""
    fields = ["order", "date", "customer", "cents"]
    writer = csv.DictWriter(out, fieldnames=fields)
    writer.writeheader()
    writer.writerows(order_rows(conn, since))
