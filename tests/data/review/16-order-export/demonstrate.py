"""Number of SELECT statements for an export of 200 orders."""
import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent


def load(side, path):
    spec = importlib.util.spec_from_file_location(f"{side}_case", HERE / side / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


import io
import sqlite3


def selects(side):
    module = load(side, "shop/export.py")
    conn = sqlite3.connect(":memory:")
    conn.executescript(
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, placed_on TEXT, customer_id INTEGER);
        CREATE TABLE order_lines (order_id INTEGER, quantity INTEGER, unit_cents INTEGER);
        INSERT INTO customers VALUES (1, 'Ada');
        """
    )
    conn.executemany("INSERT INTO orders VALUES (?, '2024-05-01', 1)", [(n,) for n in range(200)])
    conn.executemany("INSERT INTO order_lines VALUES (?, 2, 150)", [(n,) for n in range(199)])
    seen = []
    conn.set_trace_callback(lambda sql: seen.append(sql) if "SELECT" in sql else None)
    out = io.StringIO()
    module.export_orders(conn, "2024-01-01", out)
    rows = out.getvalue().splitlines()
    assert len(rows) == 201
    return len(seen), rows[1], rows[200]


print("before:", selects("before"))
print("after: ", selects("after"))
assert selects("before")[0] == 1 and selects("after")[0] == 201
assert selects("after")[1].endswith(",300") and selects("after")[2].endswith(",0")
