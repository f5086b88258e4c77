"""Writes what torchvision says of its architectures: parameters, and multiply-adds in thousands of millions.

python tests/golden/torchvision_costs.py OUT
"""

import json
import sys

import publishers  # noqa: F401
import torchvision

PREFIXES = ("resnet", "wide_resnet", "mobilenet_v3", "swin_t", "swin_s", "swin_b", "convnext", "densenet", "efficientnet_b")

costs = {}
for name in torchvision.models.list_models(module=torchvision.models):
    if not name.startswith(PREFIXES):
        continue
    # Each weight enumeration's first member, as the later ones may be for other image sizes.
    weights = next(iter(torchvision.models.get_model_weights(name)))
    size = weights.transforms().crop_size[0]
    costs[name] = {"params": weights.meta["num_params"], "ops": weights.meta["_ops"], "size": size}
with open(sys.argv[1], "w") as file:
    json.dump(costs, file, indent=2)
    file.write("\n")
