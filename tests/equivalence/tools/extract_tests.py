"""Collects the pairs of Math-Verify's own tests (commit 5d148cf, MIT) for make_pairs.py.

    python3 tools/extract_tests.py MATH_VERIFY_CHECKOUT/tests MATH_VERIFY_TESTS.json
"""

import ast
import glob
import json
import os
import sys

pairs = []
for path in sorted(glob.glob(f"{sys.argv[1]}/*.py")):
    for node in ast.walk(ast.parse(open(path, encoding="utf-8").read())):
        if isinstance(node, ast.Tuple) and 2 <= len(node.elts) <= 5:
            try:
                values = [ast.literal_eval(element) for element in node.elts]
            except ValueError:
                continue
            if all(isinstance(value, str) for value in values[:2]):
                pairs.append((os.path.basename(path), node.lineno, values))
json.dump(pairs, open(sys.argv[2], "w", encoding="utf-8"))
