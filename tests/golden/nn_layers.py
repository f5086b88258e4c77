"""Writes nn_layers.json: what PyTorch's layers for vision models compute, with several options each.

Run with PyTorch installed: python tests/golden/nn_layers.py
"""

import torch
from torch import nn
from torch.nn import functional as F

from nn import floats, layer_case, loss_case, plain, plus, write


def case(make, *shape, training=True, scale=1.0):
    return (make, lambda: [floats(*shape, scale=scale)], training)


def with_indices(layer, x):
    """Values and places as one tensor, which has the values' gradient."""
    values, indices = layer(x[0])
    return torch.cat([values.flatten(), indices.flatten().float()])


def indexed(make, *shape):
    return (make, lambda: [floats(*shape)], True, with_indices)


def sized(make, size, *shape):
    return (make, lambda: [floats(*shape)], True, lambda layer, x: layer(x[0], output_size=size))


class Heads(nn.Module):
    """Layers and parameters by name and in lists, as a user's own module has them."""

    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"b": nn.Linear(3, 2), "a": nn.Linear(3, 2, bias=False)})
        self.scales = nn.ParameterList([torch.ones(2), torch.full((2,), 0.5)])
        self.shifts = nn.ParameterDict({"b": torch.zeros(2), "a": torch.ones(2)})
        self.register_buffer("seen", torch.ones(1))

    def forward(self, x):
        b = self.heads["b"](x) * self.scales[0] + self.shifts["b"]
        return b + self.heads["a"](x) * self.scales[1] * self.seen + self.shifts["a"]


def synchronized():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(1), nn.BatchNorm1d(8, momentum=None))
    return nn.SyncBatchNorm.convert_sync_batchnorm(net)


# name: (constructor, inputs, training, how it is called)
layers = {
    "ReLU6": case(nn.ReLU6, 3, 4, scale=5),
    "ReLU6 in place": plus(nn.ReLU6(inplace=True), 3, 4),
    "PReLU": case(nn.PReLU, 2, 3, 2),
    "PReLU by channel": case(lambda: nn.PReLU(3, init=0.1), 2, 3, 2, 2),
    "ELU": case(lambda: nn.ELU(0.7), 3, 4),
    "ELU in place": plus(nn.ELU(inplace=True), 3, 4),
    "CELU": case(lambda: nn.CELU(0.7), 3, 4),
    "SELU": case(nn.SELU, 3, 4),
    "Hardtanh": case(lambda: nn.Hardtanh(-0.5, 2), 3, 4, scale=2),
    "Hardtanh in place": plus(nn.Hardtanh(inplace=True), 3, 4),
    "Hardsigmoid": case(nn.Hardsigmoid, 3, 4, scale=3),
    "Hardsigmoid in place": plus(nn.Hardsigmoid(inplace=True), 3, 4),
    "Mish": case(nn.Mish, 3, 4),
    "Mish in place": plus(nn.Mish(inplace=True), 3, 4),
    "Softplus": case(lambda: nn.Softplus(2, 1.5), 3, 4),
    "LogSigmoid": case(nn.LogSigmoid, 3, 4, scale=3),
    "LogSoftmax": case(lambda: nn.LogSoftmax(1), 3, 4),
    "GLU": case(lambda: nn.GLU(1), 2, 4, 3),
    "Conv3d": case(lambda: nn.Conv3d(2, 2, 2, stride=(1, 2, 1)), 1, 2, 2, 4, 3),
    "Conv3d with options": case(
        lambda: nn.Conv3d(2, 2, (1, 3, 2), padding=(0, 1, 1), dilation=(1, 1, 2), groups=2, bias=False), 1, 2, 2, 3, 4
    ),
    "Conv3d same, replicate": case(lambda: nn.Conv3d(1, 2, 2, padding="same", padding_mode="replicate"), 1, 1, 2, 2, 3),
    "Conv1d reflect": case(lambda: nn.Conv1d(2, 2, 3, padding=2, padding_mode="reflect"), 2, 2, 5),
    "ConvTranspose1d": case(lambda: nn.ConvTranspose1d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2), 1, 2, 4),
    "ConvTranspose1d output size": sized(lambda: nn.ConvTranspose1d(2, 1, 3, stride=3), [11], 1, 2, 3),
    "ConvTranspose3d": case(lambda: nn.ConvTranspose3d(2, 1, 2, stride=(1, 2, 1), bias=False), 1, 2, 2, 2, 2),
    "BatchNorm3d": case(lambda: nn.BatchNorm3d(2), 2, 2, 2, 2, 2),
    "BatchNorm3d eval": case(lambda: nn.BatchNorm3d(2), 1, 2, 2, 2, 1, training=False),
    "SyncBatchNorm": case(lambda: nn.SyncBatchNorm(3), 4, 3, 2),
    "SyncBatchNorm converted": case(synchronized, 3, 1, 4, 4),
    "InstanceNorm1d": case(lambda: nn.InstanceNorm1d(2), 2, 2, 4),
    "InstanceNorm2d affine": case(lambda: nn.InstanceNorm2d(2, eps=1e-2, affine=True), 2, 2, 2, 3),
    "InstanceNorm2d tracked": case(lambda: nn.InstanceNorm2d(2, momentum=0.3, track_running_stats=True), 2, 2, 2, 2),
    "InstanceNorm2d tracked eval": case(lambda: nn.InstanceNorm2d(2, track_running_stats=True), 2, 2, 2, 2, training=False),
    "InstanceNorm2d unbatched": case(lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True), 2, 3, 2),
    "InstanceNorm3d": case(lambda: nn.InstanceNorm3d(2, affine=True), 1, 2, 2, 2, 2),
    "RMSNorm": case(lambda: nn.RMSNorm(4), 2, 3, 4),
    "RMSNorm of two": case(lambda: nn.RMSNorm((3, 2), eps=0.1, elementwise_affine=False), 2, 3, 2),
    "LocalResponseNorm": case(lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2), 1, 4, 2, 2),
    "LocalResponseNorm even": case(lambda: nn.LocalResponseNorm(2), 2, 3, 2, scale=30),
    "MaxPool1d": case(lambda: nn.MaxPool1d(3, stride=2, padding=1, ceil_mode=True), 1, 2, 6),
    "MaxPool1d places": indexed(lambda: nn.MaxPool1d(2, return_indices=True), 1, 2, 5),
    "MaxPool2d places, dilated": indexed(lambda: nn.MaxPool2d(2, 1, padding=1, dilation=2, return_indices=True), 1, 1, 3, 4),
    "MaxPool3d": case(lambda: nn.MaxPool3d((1, 2, 2), ceil_mode=True), 1, 1, 2, 3, 3),
    "MaxPool3d places": indexed(lambda: nn.MaxPool3d(2, 1, return_indices=True), 1, 1, 2, 3, 3),
    "AvgPool1d": case(lambda: nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), 1, 2, 6),
    "AvgPool2d ceil": case(lambda: nn.AvgPool2d(2, stride=2, padding=1, ceil_mode=True), 1, 1, 4, 5),
    "AvgPool3d": case(lambda: nn.AvgPool3d(2, stride=1, divisor_override=3), 1, 1, 2, 3, 3),
    "AdaptiveAvgPool1d": case(lambda: nn.AdaptiveAvgPool1d(3), 1, 2, 5),
    "AdaptiveAvgPool3d": case(lambda: nn.AdaptiveAvgPool3d((1, None, 2)), 1, 1, 2, 2, 3),
    "AdaptiveMaxPool1d": case(lambda: nn.AdaptiveMaxPool1d(2), 1, 2, 5),
    "AdaptiveMaxPool2d": case(lambda: nn.AdaptiveMaxPool2d((None, 2)), 1, 2, 3, 5),
    "AdaptiveMaxPool2d places": indexed(lambda: nn.AdaptiveMaxPool2d(2, return_indices=True), 1, 1, 3, 4),
    "AdaptiveMaxPool3d": case(lambda: nn.AdaptiveMaxPool3d((1, 2, 2)), 1, 1, 2, 3, 2),
    "ZeroPad1d": case(lambda: nn.ZeroPad1d((1, 2)), 1, 2, 3),
    "ZeroPad2d": case(lambda: nn.ZeroPad2d((1, -1, 0, 2)), 1, 1, 2, 3),
    "ZeroPad3d": case(lambda: nn.ZeroPad3d((0, 1, 1, 0, 0, 1)), 1, 1, 1, 2, 2),
    "ConstantPad2d": case(lambda: nn.ConstantPad2d((1, 0, 2, 1), 0.5), 1, 1, 2, 2),
    "ReflectionPad1d": case(lambda: nn.ReflectionPad1d(2), 1, 2, 3),
    "ReflectionPad2d": case(lambda: nn.ReflectionPad2d((1, 2, 0, 1)), 1, 1, 2, 3),
    "ReflectionPad2d unbatched": case(lambda: nn.ReflectionPad2d(1), 1, 2, 3),
    "ReflectionPad3d": case(lambda: nn.ReflectionPad3d(1), 1, 1, 2, 2, 2),
    "ReplicationPad1d": case(lambda: nn.ReplicationPad1d((3, 1)), 1, 2, 2),
    "ReplicationPad2d": case(lambda: nn.ReplicationPad2d((1, 2, 3, 0)), 1, 1, 2, 2),
    "CircularPad2d": case(lambda: nn.CircularPad2d((1, 2, 0, 1)), 1, 1, 2, 3),
    "Dropout2d eval": case(lambda: nn.Dropout2d(0.4), 1, 2, 2, 2, training=False),
    "Unflatten": case(lambda: nn.Unflatten(1, (2, -1)), 2, 6),
    "PixelShuffle": case(lambda: nn.PixelShuffle(2), 1, 8, 2, 1),
    "PixelUnshuffle": case(lambda: nn.PixelUnshuffle(2), 1, 2, 2, 4),
    "ChannelShuffle": case(lambda: nn.ChannelShuffle(3), 1, 6, 2, 1),
    "Unfold": case(lambda: nn.Unfold((2, 3), dilation=(2, 1), padding=1, stride=(1, 2)), 1, 2, 3, 4),
    "Fold": case(lambda: nn.Fold((3, 4), (2, 2), padding=(0, 1), stride=(1, 2)), 1, 8, 6),
    "Upsample nearest": case(lambda: nn.Upsample(scale_factor=2), 1, 1, 2, 2),
    "Upsample bilinear": case(lambda: nn.Upsample(scale_factor=(1.5, 2), mode="bilinear", align_corners=True), 1, 1, 2, 3),
    "Upsample bicubic": case(lambda: nn.Upsample(size=(3, 4), mode="bicubic"), 1, 1, 2, 3),
    "Upsample linear": case(lambda: nn.Upsample(size=5, mode="linear"), 1, 2, 3),
    "Upsample recompute": case(
        lambda: nn.Upsample(scale_factor=1.3, mode="bilinear", recompute_scale_factor=True), 1, 1, 4, 3
    ),
    "containers by name": case(Heads, 2, 3),
}

torch.manual_seed(13)
row, image, volume = floats(2, 4), floats(1, 2, 3, 4), floats(1, 1, 2, 2, 3)
# name: (function, first input (gets a gradient), other inputs)
functions = {
    "pad": (lambda x: F.pad(x, (1, 2, 3, 0), value=0.3), row, []),
    "pad the last three": (lambda x: F.pad(x, (1, 0, 0, 1, 2, 0)), image, []),
    "pad reflect a row": (lambda x: F.pad(x, (3, 1), mode="reflect"), row, []),
    "pad reflect": (lambda x: F.pad(x, (1, 3, 2, 0), mode="reflect"), image, []),
    "pad replicate": (lambda x: F.pad(x, (1, 1, 0, 4), mode="replicate"), image, []),
    "pad circular": (lambda x: F.pad(x, (4, 0, 1, 2), mode="circular"), image, []),
    "pad circular volumes": (lambda x: F.pad(x, (1, 0, 0, 2, 1, 1), mode="circular"), volume, []),
    "pad and cut": (lambda x: F.pad(x, (-1, 2, -1, -1)), image, []),
    "pad replicate and cut": (lambda x: F.pad(x, (-1, 2, 1, -1), mode="replicate"), image, []),
    "conv1d": (lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1), row, [floats(3, 2, 3), floats(3)]),
    "conv3d": (lambda x, w: F.conv3d(x, w, padding="same"), volume, [floats(1, 1, 2, 2, 2)]),
    "convTranspose2d": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, output_padding=1, groups=2),
        image,
        [floats(2, 1, 2, 2), floats(2)],
    ),
    "prelu": (F.prelu, image, [torch.tensor([0.1, 0.3])]),
    "hardtanh": (lambda x: F.hardtanh(x, -0.2, 0.9), row, []),
    "glu": (lambda x: F.glu(x, 0), row, []),
    "instanceNorm": (lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=0.1), image, [floats(2), floats(2)]),
    "localResponseNorm": (lambda x: F.local_response_norm(x, 5, alpha=2.0), image, []),
    "adaptiveMaxPool2d": (lambda x: F.adaptive_max_pool2d(x, (None, 2)), image, []),
    "unfold and fold": (lambda x: F.fold(F.unfold(x, 2, stride=1), (3, 4), 2), image, []),
}

# What is dropped of ones.
drops = {
    "Dropout": (nn.Dropout(0.4), (3, 8)),
    "Dropout1d": (nn.Dropout1d(0.4), (2, 4, 2)),
    "Dropout1d unbatched": (nn.Dropout1d(0.4), (6, 2)),
    "Dropout2d": (nn.Dropout2d(0.4), (2, 4, 1, 2)),
    "Dropout2d in place": (nn.Dropout2d(0.3, inplace=True), (2, 4, 1, 2)),
    "Dropout3d": (nn.Dropout3d(0.4), (2, 3, 1, 2, 1)),
    "Dropout3d unbatched in place": (nn.Dropout3d(0.4, inplace=True), (6, 1, 2, 1)),
    "AlphaDropout": (nn.AlphaDropout(0.4), (3, 4)),
    "AlphaDropout in place": (nn.AlphaDropout(0.2, inplace=True), (3, 4)),
}


def dropped(layer, shape):
    torch.manual_seed(5)
    return plain(layer(torch.ones(shape)))


write(__file__, {
    "layers": {name: layer_case(*case) for name, case in layers.items()},
    "losses": {name: loss_case(*case) for name, case in functions.items()},
    "drops": {name: dropped(*case) for name, case in drops.items()},
})
