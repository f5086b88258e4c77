"""Writes what timm computes for small GhostNets of three papers.

python tests/golden/parity_ghostnet.py OUT
python tests/golden/parity_ghostnet.py --full NAME OUT     one at its true size, with whole gradients
"""

import timm_parity
from timm.models.ghostnet import GhostNet

ROWS = [
    [[3, 24, 12, 0, 2]],
    [[5, 24, 20, 0.25, 2]],
    [[5, 40, 24, 0, 2]],
    [[3, 28, 28, 0.25, 2]],
]


# The first block of the second stage has neither a stride nor a projection.
LONGER = [ROWS[0], [[3, 16, 12, 0, 1], *ROWS[1]], *ROWS[2:]]


def net(rows, **options):
    return lambda: GhostNet(rows, num_classes=5, **options)


timm_parity.main(
    {
        "first": (net(LONGER, drop_rate=0.0), 32, {}),
        "second, wider": (net(ROWS, version="v2", width=1.3, drop_rate=0.0), 48, {}),
        "third": (net(ROWS, version="v3", drop_rate=0.3), 36, {}),
    }
)
