"""Writes nn.json: what PyTorch's layers and losses compute, to compare ours with.

Run with PyTorch installed: python tests/golden/nn.py
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def plain(t):
    """A tensor as shape and values, float32 in as few digits as hold it."""
    t = t.detach()
    if t.dtype == torch.float32:
        values = [float(str(v)) for v in t.numpy().ravel()]
    else:
        values = t.numpy().ravel().tolist()
    return {"shape": list(t.shape), "dtype": str(t.dtype)[6:], "values": values}


def pattern(shape):
    """Weights for the elements of an output, so that every one has a gradient of its own."""
    n = int(np.prod(shape))
    return torch.cos(torch.arange(n, dtype=torch.float64)).float().reshape(shape)


def floats(*shape, scale=1.0):
    return torch.randn(shape) * scale


def ints(high, *shape):
    return torch.randint(high, shape)


def plus(module, *shape):
    """A layer that works in place on 2 x, since it cannot on x itself, whose gradient is wanted."""
    return (lambda: module, lambda: [floats(*shape)], True, lambda layer, x: layer(x[0] * 2))


# name: (constructor, inputs, training)
layers = {
    "Linear": (lambda: nn.Linear(5, 3), lambda: [floats(4, 5)], True),
    "Linear without bias": (lambda: nn.Linear(5, 3, bias=False), lambda: [floats(2, 2, 5)], True),
    "Conv1d": (lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), lambda: [floats(2, 2, 7)], True),
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3), lambda: [floats(2, 2, 5, 5)], True),
    "Conv2d with options": (
        lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, bias=False),
        lambda: [floats(2, 4, 5, 6)],
        True,
    ),
    "Conv2d same": (lambda: nn.Conv2d(2, 2, 3, padding="same"), lambda: [floats(1, 2, 4, 4)], True),
    "ConvTranspose2d": (
        lambda: nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1),
        lambda: [floats(2, 2, 3, 3)],
        True,
    ),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), lambda: [floats(6, 3)], True),
    "BatchNorm1d of sequences": (lambda: nn.BatchNorm1d(3), lambda: [floats(2, 3, 4)], True),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), lambda: [floats(2, 3, 3, 3, scale=2)], True),
    "BatchNorm2d mean": (lambda: nn.BatchNorm2d(3, momentum=None), lambda: [floats(2, 3, 2, 2)], True),
    "BatchNorm2d eval": (lambda: nn.BatchNorm2d(3), lambda: [floats(2, 3, 3, 3)], False),
    "BatchNorm2d untracked": (
        lambda: nn.BatchNorm2d(2, affine=False, track_running_stats=False),
        lambda: [floats(2, 2, 2, 2)],
        False,
    ),
    "LayerNorm": (lambda: nn.LayerNorm(6), lambda: [floats(2, 3, 6)], True),
    "LayerNorm of two": (lambda: nn.LayerNorm((3, 4), eps=1e-3), lambda: [floats(2, 3, 4)], True),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), lambda: [floats(2, 4, 3, 3)], True),
    "ReLU": (lambda: nn.ReLU(), lambda: [floats(3, 4)], True),
    "GELU": (lambda: nn.GELU(), lambda: [floats(3, 4)], True),
    "GELU tanh": (lambda: nn.GELU(approximate="tanh"), lambda: [floats(3, 4)], True),
    "SiLU": (lambda: nn.SiLU(), lambda: [floats(3, 4)], True),
    "Hardswish": (lambda: nn.Hardswish(), lambda: [floats(3, 4, scale=3)], True),
    "Sigmoid": (lambda: nn.Sigmoid(), lambda: [floats(3, 4)], True),
    "Tanh": (lambda: nn.Tanh(), lambda: [floats(3, 4)], True),
    "LeakyReLU": (lambda: nn.LeakyReLU(0.2), lambda: [floats(3, 4)], True),
    "Softmax": (lambda: nn.Softmax(1), lambda: [floats(3, 4)], True),
    "MaxPool2d": (lambda: nn.MaxPool2d(2), lambda: [floats(1, 2, 4, 5)], True),
    "MaxPool2d with options": (
        lambda: nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
        lambda: [floats(1, 2, 6, 6)],
        True,
    ),
    "AvgPool2d": (
        lambda: nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        lambda: [floats(1, 2, 5, 5)],
        True,
    ),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d((2, 3)), lambda: [floats(1, 2, 5, 5)], True),
    "Flatten": (lambda: nn.Flatten(), lambda: [floats(2, 2, 3)], True),
    "Dropout eval": (lambda: nn.Dropout(0.4), lambda: [floats(4, 5)], False),
    "Embedding": (lambda: nn.Embedding(7, 3), lambda: [ints(7, 2, 4)], True),
    "Embedding with padding": (lambda: nn.Embedding(5, 4, padding_idx=1), lambda: [torch.tensor([1, 0, 4, 1])], True),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(8, 2, batch_first=True), lambda: [floats(2, 3, 8)], True),
    "MultiheadAttention without bias": (
        lambda: nn.MultiheadAttention(8, 4, bias=False, batch_first=True),
        lambda: [floats(2, 3, 8), floats(2, 5, 8), floats(2, 5, 8)],
        True,
    ),
    "MultiheadAttention masked": (
        lambda: nn.MultiheadAttention(4, 2, batch_first=True),
        lambda: [floats(2, 3, 4), torch.ones(3, 3).triu(1).bool()],
        True,
    ),
    "TransformerEncoderLayer": (
        lambda: nn.TransformerEncoderLayer(4, 2, dim_feedforward=6, dropout=0.0, batch_first=True),
        lambda: [floats(2, 3, 4)],
        True,
    ),
    "TransformerEncoderLayer norm first": (
        lambda: nn.TransformerEncoderLayer(
            4, 2, dim_feedforward=6, dropout=0.0, activation="gelu", norm_first=True, batch_first=True
        ),
        lambda: [floats(2, 3, 4)],
        True,
    ),
    "Sequential": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Sequential(nn.Linear(18, 4), nn.Tanh())
        ),
        lambda: [floats(3, 1, 5, 5)],
        True,
    ),
}


def run(layer, inputs):
    if isinstance(layer, nn.MultiheadAttention):
        mask = inputs[1] if inputs[-1].dtype == torch.bool else None
        q = inputs[0]
        k, v = (q, q) if len(inputs) < 3 else inputs[1:]
        return layer(q, k, v, attn_mask=mask, need_weights=False)[0]
    return layer(*inputs)


def layer_case(make, make_inputs, training, run=run):
    torch.manual_seed(7)
    layer = make().train(training)
    initial = {k: plain(v) for k, v in layer.state_dict().items()}
    inputs = make_inputs()
    shown = [plain(x) for x in inputs]
    for x in inputs:
        if x.is_floating_point():
            x.requires_grad_()
    out = run(layer, inputs)
    (out * pattern(out.shape)).sum().backward()
    return {
        "training": training,
        "initial": initial,
        "inputs": shown,
        "output": plain(out),
        "inputGrads": [None if x.grad is None else plain(x.grad) for x in inputs],
        "grads": {k: plain(p.grad) for k, p in layer.named_parameters()},
        "buffers": {k: plain(b) for k, b in layer.named_buffers()},
    }


torch.manual_seed(11)
logits = floats(4, 3)
classes = torch.tensor([0, 2, 1, 2])
a, b = floats(3, 4), floats(3, 4)
weight = torch.tensor([0.5, 1.0, 2.0])
image_logits, image_classes = floats(2, 3, 2, 2), ints(3, 2, 2, 2)
soft = torch.softmax(floats(4, 3), 1)
signs = torch.tensor([1.0, -1.0, 1.0])
# name: (function, first input (gets a gradient), other inputs)
losses = {
    "crossEntropy": (F.cross_entropy, logits, [classes]),
    "crossEntropy weight": (lambda x, y: F.cross_entropy(x, y, weight=weight), logits, [classes]),
    "crossEntropy smoothing": (lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1), logits, [classes]),
    "crossEntropy ignore": (lambda x, y: F.cross_entropy(x, y, ignore_index=2), logits, [classes]),
    "crossEntropy none": (lambda x, y: F.cross_entropy(x, y, reduction="none"), logits, [classes]),
    "crossEntropy all": (
        lambda x, y: F.cross_entropy(x, y, weight=weight, label_smoothing=0.2, ignore_index=0, reduction="sum"),
        logits,
        [classes],
    ),
    "crossEntropy probabilities": (F.cross_entropy, logits, [soft]),
    "crossEntropy images": (F.cross_entropy, image_logits, [image_classes]),
    "nllLoss": (F.nll_loss, torch.log_softmax(logits, 1), [classes]),
    "nllLoss images": (
        lambda x, y: F.nll_loss(x, y, weight=weight, reduction="sum"),
        torch.log_softmax(image_logits, 1),
        [image_classes],
    ),
    "mseLoss": (F.mse_loss, a, [b]),
    "mseLoss sum": (lambda x, y: F.mse_loss(x, y, reduction="sum"), a, [b]),
    "l1Loss": (F.l1_loss, a, [b]),
    "smoothL1Loss": (lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), a, [b]),
    "klDiv": (F.kl_div, torch.log_softmax(logits, 1), [soft]),
    "klDiv batchmean": (lambda x, y: F.kl_div(x, y, reduction="batchmean"), torch.log_softmax(logits, 1), [soft]),
    "klDiv log": (
        lambda x, y: F.kl_div(x, y, reduction="sum", log_target=True),
        torch.log_softmax(logits, 1),
        [soft.log()],
    ),
    "binaryCrossEntropyWithLogits": (F.binary_cross_entropy_with_logits, logits, [soft]),
    "binaryCrossEntropyWithLogits weights": (
        lambda x, y: F.binary_cross_entropy_with_logits(x, y, weight=weight, pos_weight=weight),
        logits,
        [soft],
    ),
    "cosineEmbeddingLoss": (
        lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=0.1),
        a,
        [b, signs],
    ),
    "cosineSimilarity": (F.cosine_similarity, a, [b]),
    "normalize": (F.normalize, a, []),
    "interpolate nearest": (lambda x: F.interpolate(x, size=(3, 5)), image_logits, []),
    "interpolate bilinear": (lambda x: F.interpolate(x, scale_factor=2.5, mode="bilinear"), image_logits, []),
    "interpolate bicubic": (
        lambda x: F.interpolate(x, size=(5, 5), mode="bicubic", align_corners=True),
        image_logits,
        [],
    ),
    "interpolate antialias": (
        lambda x: F.interpolate(x, size=(1, 1), mode="bilinear", antialias=True),
        image_logits,
        [],
    ),
}


def loss_case(function, x, others):
    x = x.clone().requires_grad_()
    out = function(x, *others)
    (out * pattern(out.shape)).sum().backward()
    return {"inputs": [plain(t) for t in [x, *others]], "output": plain(out), "grad": plain(x.grad)}


def init_case(function):
    torch.manual_seed(3)
    return plain(function(torch.empty(4, 6)))


inits = {
    "uniform_": lambda t: nn.init.uniform_(t, -2, 3),
    "normal_": lambda t: nn.init.normal_(t, 1, 2),
    "constant_": lambda t: nn.init.constant_(t, 0.3),
    "kaimingUniform_": lambda t: nn.init.kaiming_uniform_(t, nonlinearity="relu"),
    "kaimingNormal_": lambda t: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
    "xavierUniform_": lambda t: nn.init.xavier_uniform_(t, gain=1.5),
    "xavierNormal_": lambda t: nn.init.xavier_normal_(t),
    "truncNormal_": lambda t: nn.init.trunc_normal_(t, std=0.02),
    "truncNormal_ narrow": lambda t: nn.init.trunc_normal_(t, mean=1, std=2, a=0, b=1.5),
}


def dropout_case():
    x = torch.ones(3, 8)
    torch.manual_seed(5)
    return plain(F.dropout(x, 0.4, True))


def write(script, golden):
    """Writes what a script computed beside it, and names the version of PyTorch."""
    path = pathlib.Path(script).with_suffix(".json")
    golden = {"torch": torch.__version__.split("+")[0], **golden}
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    write(__file__, {
        "layers": {name: layer_case(*case) for name, case in layers.items()},
        "losses": {name: loss_case(*case) for name, case in losses.items()},
        "inits": {name: init_case(function) for name, function in inits.items()},
        "dropout": dropout_case(),
    })
