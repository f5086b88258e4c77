"""Writes what mobile networks compute whose parameters are not named as timm's, and those names.

python tests/golden/dialects_mobile.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import sys

import parity
import torch
import torchvision
import transformers


@torch.no_grad()
def record(model, size):
    parity.fill(model)
    output = model.eval()(parity.uniform("images", [2, 3, size, size]) * 2)
    output = output.logits if hasattr(output, "logits") else output
    names = [f"{name} {list(value.shape)}" for name, value in model.state_dict().items() if value.is_floating_point()]
    return {"output": output.contiguous()}, {"state": names, "size": size}


efficientnet = transformers.EfficientNetConfig(
    width_coefficient=0.5, depth_coefficient=0.5, hidden_dim=640, num_labels=10, image_size=64
)
mobilenet = transformers.MobileNetV2Config(depth_multiplier=0.35, num_labels=10, image_size=41)

parity.save(
    sys.argv[1],
    {
        "transformers' EfficientNet": record(transformers.EfficientNetForImageClassification(efficientnet), 64),
        "transformers' MobileNetV2": record(transformers.MobileNetV2ForImageClassification(mobilenet), 41),
        "torchvision's MobileNetV2": record(torchvision.models.mobilenet_v2(width_mult=0.35, num_classes=10), 40),
        "torchvision's MobileNetV3": record(torchvision.models.mobilenet_v3_small(num_classes=10), 40),
    },
)
