"""Imports torchvision, and with it timm and transformers, beside a CPU build of PyTorch.

torchvision's wheels carry operators compiled for another build (nms and the like), which its models do not
need but its import declares. Import this first.
"""

import torch

_register_fake = torch.library.register_fake


def _register_if_there(name, *args, **kwargs):
    if not str(name).startswith("torchvision::"):
        return _register_fake(name, *args, **kwargs)

    def decorate(function):
        try:
            return _register_fake(name, *args, **kwargs)(function)
        except RuntimeError:
            return function

    return decorate


torch.library.register_fake = _register_if_there

import torchvision  # noqa: E402, F401
