"""Writes publisher_keys.json: of every architecture's name that torchvision has too, how many names its state dict has,
and a hash of them with their shapes, for ten classes. What timm has is in timm_keys.json.

Run with torchvision installed: python tests/golden/publisher_keys.py NAMES
where NAMES is a file with a name in each line, such as `models.list()` gives.
"""

import hashlib
import json
import pathlib
import sys

import publishers  # noqa: F401
import torch
import torchvision


def facts(model):
    lines = sorted(f"{key} {list(value.shape)}" for key, value in model.state_dict().items())
    text = "\n".join(line.replace(", ", ",") for line in lines)
    return {"count": len(lines), "sha256": hashlib.sha256(text.encode()).hexdigest()[:16]}


found = {}
with torch.device("meta"):
    for name in pathlib.Path(sys.argv[1]).read_text().split():
        name = name.removeprefix("torchvision/")
        if name in torchvision.models.list_models(module=torchvision.models):
            found[name] = facts(torchvision.models.get_model(name, num_classes=10))
golden = {"torchvision version": torchvision.__version__.split("+")[0], "torchvision": found}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, indent=1) + "\n")
print(path, path.stat().st_size, "bytes")
