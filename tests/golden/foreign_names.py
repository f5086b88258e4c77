"""What a network computes whose parameters have other names than timm's, and those names.

The values of parameters are functions of these names (see parity.py), so only names, shapes and results are kept.
"""

import tempfile

import parity
import torch
from safetensors.torch import load_file, save_file


def images(size):
    return parity.uniform("images", [2, 3, size, size]) * 2


def logits(output):
    """Of a model of transformers or of any other."""
    return output.logits if hasattr(output, "logits") else output


def record(state, output, size):
    names = [f"{name} {list(value.shape)}" for name, value in state.items() if value.is_floating_point()]
    return {"output": output.detach().contiguous()}, {"state": names, "size": size}


@torch.no_grad()
def own(model, size, output=lambda model, images: logits(model(images))):
    """A model by the names of its modules."""
    parity.fill(model)
    return record(model.state_dict(), output(model.eval(), images(size)), size)


@torch.no_grad()
def from_files(model, size, output=lambda model, images: logits(model(images))):
    """A model of transformers by the names of its files, which are not those of its modules."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        path = f"{folder}/model.safetensors"
        state = {name: value.clone() for name, value in load_file(path).items()}
        parity.fill_state(state)
        save_file(state, path, metadata={"format": "pt"})
        loaded = type(model).from_pretrained(folder).eval()
    return record(state, output(loaded, images(size)), size)
