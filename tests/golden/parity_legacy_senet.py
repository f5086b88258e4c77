"""What timm's first SE-ResNets compute: see timm_parity.py. They cannot be narrower than they are, so that their widest
results are left out where another record has them, and the widest network is only compared at its full size.
"""

import sys

import parity
import timm_parity

options = {"num_classes": 5, "layers": (1, 1, 1, 1)}
rows = {
    "basic, dropping": ("legacy_seresnet18", 64, {**options, "drop_rate": 0.2, "batch": 4}),
    "bottleneck": ("legacy_seresnet50", 64, {**options, "drop_rate": 0}),
    "resnext": ("legacy_seresnext26_32x4d", 64, {**options, "drop_rate": 0}),
}

if sys.argv[1] == "--full":
    timm_parity.main(rows)
else:
    records = {key: timm_parity.record(name, size, **own) for key, (name, size, own) in rows.items()}
    for key in ("bottleneck", "resnext"):
        for wide in ("features", "dense", "stages"):
            del records[key][0][wide]
    parity.save(sys.argv[1], records)
