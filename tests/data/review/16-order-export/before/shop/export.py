"""Export of orders for the accounting department."""
import csv

ORDERS = """
    SELECT o.id, o.placed_on, c.name
    FROM orders AS o
    JOIN customers AS c ON c.id = o.customer_id
    WHERE o.placed_on >= ?
    ORDER BY o.id
"""


def order_rows(conn, since):
    for order_id, placed_on, customer in conn.execute(ORDERS, (since,)):
        yield {"order": order_id, "date": placed_on, "customer": customer}


def export_orders(conn, since, out):
    """Write the orders placed since a day as CSV."""
    writer = csv.DictWriter(out, fieldnames=["order", "date", "customer"])
    writer.writeheader()
    writer.writerows(order_rows(conn, since))
