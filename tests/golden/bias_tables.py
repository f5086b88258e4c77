"""Writes bias_tables.json: what timm makes of tables of relative positions for windows of another size.

python tests/golden/bias_tables.py tests/golden/bias_tables.json
"""

import json
import sys

import parity
import publishers  # noqa: F401
from timm.layers import resize_rel_pos_bias_table

cases = []
for before, after in ((4, 6), (7, 5), (7, 12), (2, 3)):
    table = parity.uniform("table", [(2 * before - 1) ** 2, 2])
    shape = [(2 * after - 1) ** 2, 2]
    found = resize_rel_pos_bias_table(table, new_window_size=(after, after), new_bias_shape=shape)
    # Values of one head are enough, and a sum over places with weights for the other.
    weights = parity.uniform("places", [shape[0]])
    head = [round(value, 6) for value in found[:, 0].tolist()] if after <= 6 else None
    cases.append({"before": before, "after": after, "first": head, "sums": (found * weights[:, None]).sum(0).tolist()})
json.dump(cases, open(sys.argv[1], "w"))
