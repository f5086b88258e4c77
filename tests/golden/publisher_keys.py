"""Writes publisher_keys.json: of every architecture of torchvision that classifies images, how many names its state dict
has, and a hash of them with their shapes, for ten classes. What timm has is in timm_keys.json.

Run with torchvision installed: python tests/golden/publisher_keys.py
"""

import hashlib
import json
import pathlib

import publishers  # noqa: F401
import torch
import torchvision


def facts(model):
    lines = sorted(f"{key} {list(value.shape)}" for key, value in model.state_dict().items())
    text = "\n".join(line.replace(", ", ",") for line in lines)
    return {"count": len(lines), "sha256": hashlib.sha256(text.encode()).hexdigest()[:16]}


# Values do not matter; memory that is never written takes none.
for name in dir(torch.nn.init):
    if name.endswith("_") and not name.startswith("_"):
        setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)
found = {}
for name in torchvision.models.list_models(module=torchvision.models):
    # The classifiers beside the last one are for training alone.
    sole = {"init_weights": False, "aux_logits": False} if name in ("googlenet", "inception_v3") else {}
    found[name] = facts(torchvision.models.get_model(name, num_classes=10, **sole))
golden = {"torchvision version": torchvision.__version__.split("+")[0], "torchvision": found}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, indent=1) + "\n")
print(path, path.stat().st_size, "bytes")
