"""What timm's PP-HGNets compute: see timm_parity.py."""

import timm_parity
from timm.models.hgnet import HighPerfGpuNet

INNER, WIDTHS, DEPTHS = (4, 4, 8, 8), (8, 8, 16, 16), (1, 1, 1, 2)


def net(stem, layers=2, **options):
    v2 = len(stem) == 2
    before = (stem[-1], *WIDTHS)
    stages = {
        # Channels before, inside and after, blocks, halving, light blocks, kernel, layers.
        f"stage{i + 1}": [before[i], INNER[i], WIDTHS[i], DEPTHS[i], i > 0, v2 and i > 1, 5 if v2 and i > 1 else 3, layers]
        for i in range(4)
    }
    cfg = {"stem_type": "v2" if v2 else "v1", "stem_chs": list(stem), **stages}
    return lambda: HighPerfGpuNet(cfg, num_classes=5, **options)


timm_parity.main({
    "v1, dropping": (net((4, 4, 8), drop_rate=0.3, drop_path_rate=0.5), 64, {"batch": 4}),
    "v2, affine": (net((4, 8), layers=1, use_lab=True), 64, {}),
})
