"""Writes what torchvision's residual networks compute (one of them timm's, with stochastic depth).

python tests/golden/parity_resnet.py OUT
python tests/golden/parity_resnet.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import timm
import torch
import torchvision


def features(model, images):
    body = torch.nn.Sequential(*list(model.children())[:-1])
    return body(images).flatten(1)


def small(name, size, **options):
    return parity.record(torchvision.models.get_model(name, **options), size, features=features)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    model = torchvision.models.get_model(name)
    parity.save(path, {name: parity.record(model, 224, features=features, full=True)})
else:
    dropping = timm.create_model("resnet18", num_classes=10, drop_rate=0.3, drop_path_rate=0.4)
    records = {
        "resnet18": small("resnet18", 33, num_classes=10),
        "resnet50": small("resnet50", 64, num_classes=10),
        "timm resnet18": parity.record(
            dropping, 64, batch=4, features=lambda m, x: m.forward_head(m.forward_features(x), pre_logits=True)
        ),
    }
    parity.save(sys.argv[1], records)
