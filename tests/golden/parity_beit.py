"""Writes what timm's BEiTs compute, and tables of relative positions that timm fits to other windows.

python tests/golden/parity_beit.py OUT
python tests/golden/parity_beit.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import timm_parity
from timm.layers import resize_rel_pos_bias_table

narrow = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "num_classes": 5}


def table(before, after):
    """A table of one grid with a class token for another grid."""
    given = parity.uniform("table", [(2 * before - 1) ** 2 + 3, 2])
    shape = [(2 * after - 1) ** 2 + 3, 2]
    return {"table": resize_rel_pos_bias_table(given, (after, after), shape)}, {}


rows = {
    "plain": ("beit_base_patch16_224", 32, narrow),
    "dropping": ("beit_base_patch16_224", 32, {**narrow, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
}
if sys.argv[1] == "--full":
    timm_parity.main(rows)
else:
    records = {key: timm_parity.record(name, size, **options) for key, (name, size, options) in rows.items()}
    parity.save(sys.argv[1], records | {"table 4 to 6": table(4, 6), "table 6 to 3": table(6, 3)})
