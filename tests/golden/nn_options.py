"""Writes nn_options.json: what PyTorch's layers and functions compute with their less common options.

Run with PyTorch installed: python tests/golden/nn_options.py
"""

import torch
from torch import nn
from torch.nn import functional as F

from nn import floats, ints, layer_case, loss_case, plain, plus, write


def attend(layer, inputs, **options):
    q, *rest = inputs
    k, v = rest if rest else (q, q)
    out, weights = layer(q, k, v, **options)
    return out if weights is None else torch.cat([out.flatten(), weights.flatten()])


def attention(inputs, embed=4, heads=2, mask=None, padding=None, weights=False, average=True, **options):
    return (
        lambda: nn.MultiheadAttention(embed, heads, batch_first=True, **options),
        inputs,
        True,
        lambda layer, x: attend(
            layer, x, attn_mask=mask, key_padding_mask=padding, need_weights=weights, average_attn_weights=average
        ),
    )


def conv(*args, size=(1, 2, 5, 6), **options):
    return (lambda: nn.Conv2d(*args, **options), lambda: [floats(*size)], True)


past = torch.ones(3, 3).triu(1).bool()
hidden = torch.tensor([[False, False, True], [False, True, True]])
scores = torch.tensor([[0.0, -1.0, 2.0], [1.0, 0.0, 0.5], [0.3, 0.2, 0.1]])
by_head = torch.tensor([0.0, 0.5, 1.0, 1.5]).reshape(4, 1, 1) * scores
block = dict(dim_feedforward=6, dropout=0.0, batch_first=True)


def unpooled(layer, x):
    values, indices = layer(x[0])
    return F.max_unpool2d(values, indices, 2, 2, output_size=x[0].shape[2:])


# name: (constructor, inputs, training, how it is called)
layers = {
    "Conv2d valid": conv(2, 3, 3, padding="valid"),
    "Conv2d same, even kernel": conv(2, 3, (2, 4), padding="same"),
    "Conv2d same, even kernel, dilated": conv(2, 2, (4, 2), padding="same", dilation=(1, 3), groups=2),
    "Conv2d reflect": conv(2, 3, 3, padding=(1, 2), padding_mode="reflect", stride=2),
    "Conv2d replicate": conv(2, 3, 3, padding=2, padding_mode="replicate"),
    "Conv2d circular": conv(2, 3, (3, 2), padding=1, padding_mode="circular", bias=False),
    "Conv2d same, reflect, even kernel": conv(2, 3, (2, 4), padding="same", padding_mode="reflect"),
    "Conv2d valid, circular": conv(2, 3, 2, padding="valid", padding_mode="circular"),
    "Conv2d unbatched": conv(2, 3, 3, padding=1, padding_mode="circular", size=(2, 4, 4)),
    "Conv1d same, even kernel": (lambda: nn.Conv1d(2, 3, 4, padding="same"), lambda: [floats(2, 2, 7)], True),
    "Conv1d circular": (
        lambda: nn.Conv1d(2, 3, 3, padding=2, padding_mode="circular"),
        lambda: [floats(2, 2, 7)],
        True,
    ),
    "ConvTranspose2d output size": (
        lambda: nn.ConvTranspose2d(2, 3, 3, stride=(2, 3), padding=1, dilation=2),
        lambda: [floats(1, 2, 3, 3)],
        True,
        lambda layer, x: layer(x[0], output_size=[8, 11]),
    ),
    "BatchNorm2d without bias": (lambda: nn.BatchNorm2d(3, bias=False), lambda: [floats(2, 3, 2, 2)], True),
    "BatchNorm2d empty": (lambda: nn.BatchNorm2d(3), lambda: [floats(0, 3, 2, 2)], True),
    "BatchNorm1d empty": (lambda: nn.BatchNorm1d(3, momentum=None), lambda: [floats(0, 3)], True),
    "LayerNorm without bias": (lambda: nn.LayerNorm(6, bias=False), lambda: [floats(2, 6)], True),
    "LayerNorm without weights": (
        lambda: nn.LayerNorm(6, elementwise_affine=False),
        lambda: [floats(2, 6)],
        True,
    ),
    "GroupNorm without bias": (lambda: nn.GroupNorm(2, 4, bias=False), lambda: [floats(2, 4, 3)], True),
    "ReLU in place": plus(nn.ReLU(inplace=True), 3, 4),
    "SiLU in place": plus(nn.SiLU(inplace=True), 3, 4),
    "Hardswish in place": plus(nn.Hardswish(inplace=True), 3, 4),
    "LeakyReLU in place": plus(nn.LeakyReLU(0.2, inplace=True), 3, 4),
    "AvgPool2d divisor": (
        lambda: nn.AvgPool2d(2, padding=1, divisor_override=3),
        lambda: [floats(1, 2, 4, 4)],
        True,
    ),
    "AdaptiveAvgPool2d null": (lambda: nn.AdaptiveAvgPool2d((None, 3)), lambda: [floats(1, 2, 5, 5)], True),
    "MaxPool2d and back": (
        lambda: nn.MaxPool2d(2, return_indices=True),
        lambda: [floats(1, 2, 4, 5)],
        True,
        unpooled,
    ),
    "Embedding padding from the end": (
        lambda: nn.Embedding(5, 4, padding_idx=-1),
        lambda: [torch.tensor([4, 0, 4, 1])],
        True,
    ),
    "Embedding by frequency": (
        lambda: nn.Embedding(5, 3, scale_grad_by_freq=True, padding_idx=-2),
        lambda: [torch.tensor([[1, 0, 1], [1, 3, 2]])],
        True,
    ),
    "Embedding with a largest norm": (
        lambda: nn.Embedding(5, 3, max_norm=0.7, norm_type=1.0),
        lambda: [torch.tensor([1, 3, 3])],
        True,
    ),
    "MultiheadAttention unbatched": attention(lambda: [floats(3, 4)]),
    "MultiheadAttention unbatched, across": attention(lambda: [floats(3, 4), floats(2, 4), floats(2, 4)]),
    "MultiheadAttention unbatched, padded": attention(
        lambda: [floats(3, 4)], padding=torch.tensor([False, False, True])
    ),
    "MultiheadAttention padded": attention(lambda: [floats(2, 3, 4)], padding=hidden),
    "MultiheadAttention padded and masked": attention(lambda: [floats(2, 3, 4)], padding=hidden, mask=past),
    "MultiheadAttention scores": attention(lambda: [floats(2, 3, 4)], mask=scores),
    "MultiheadAttention scores by head": attention(lambda: [floats(2, 3, 4)], mask=by_head),
    "MultiheadAttention weights": attention(
        lambda: [floats(2, 3, 4)], weights=True, mask=past, padding=hidden
    ),
    "MultiheadAttention weights by head": attention(lambda: [floats(3, 4)], weights=True, average=False),
    "MultiheadAttention extra keys": attention(
        lambda: [floats(2, 3, 4)], add_bias_kv=True, add_zero_attn=True, mask=past, padding=hidden
    ),
    "MultiheadAttention zero key": attention(lambda: [floats(2, 3, 4)], add_zero_attn=True),
    "MultiheadAttention other sizes": attention(
        lambda: [floats(2, 3, 4), floats(2, 5, 3), floats(2, 5, 2)], kdim=3, vdim=2
    ),
    "TransformerEncoderLayer unbatched": (
        lambda: nn.TransformerEncoderLayer(4, 2, **block),
        lambda: [floats(3, 4)],
        True,
    ),
    "TransformerEncoderLayer without bias": (
        lambda: nn.TransformerEncoderLayer(4, 2, bias=False, activation=F.silu, **block),
        lambda: [floats(2, 3, 4)],
        True,
    ),
    "TransformerEncoderLayer padded": (
        lambda: nn.TransformerEncoderLayer(4, 2, norm_first=True, **block),
        lambda: [floats(2, 3, 4)],
        True,
        lambda layer, x: layer(x[0], src_mask=past, src_key_padding_mask=hidden),
    ),
}

torch.manual_seed(12)
images, classes = floats(2, 3, 2, 3), ints(3, 2, 2, 3)
log_images = torch.log_softmax(images, 1)
soft = torch.softmax(floats(2, 3, 2, 3), 1)
weight = torch.tensor([0.5, 1.0, 2.0])
a, b, w = floats(3, 4), floats(3, 4), torch.rand(3, 4)
volume = floats(1, 2, 2, 3, 4)
sequence = floats(2, 2, 5)
# name: (function, first input (gets a gradient), other inputs)
functions = {
    "nllLoss images ignore": (lambda x, y: F.nll_loss(x, y, ignore_index=1), log_images, [classes]),
    "nllLoss images none": (lambda x, y: F.nll_loss(x, y, weight=weight, reduction="none"), log_images, [classes]),
    "nllLoss one": (F.nll_loss, log_images[0, :, 0, 0], [torch.tensor(2)]),
    "nllLoss sequences": (F.nll_loss, log_images[:, :, 0], [classes[:, 0]]),
    "crossEntropy images all": (
        lambda x, y: F.cross_entropy(x, y, weight=weight, ignore_index=1, label_smoothing=0.2),
        images,
        [classes],
    ),
    "crossEntropy images none": (
        lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1, ignore_index=0, reduction="none"),
        images,
        [classes],
    ),
    "crossEntropy images probabilities": (
        lambda x, y: F.cross_entropy(x, y, weight=weight, label_smoothing=0.3),
        images,
        [soft],
    ),
    "crossEntropy one": (F.cross_entropy, images[0, :, 0, 0], [torch.tensor(1)]),
    "klDiv images batchmean": (lambda x, y: F.kl_div(x, y, reduction="batchmean"), log_images, [soft]),
    "mseLoss weight": (lambda x, y, w: F.mse_loss(x, y, weight=w), a, [b, w]),
    "l1Loss weight": (lambda x, y, w: F.l1_loss(x, y, weight=w, reduction="sum"), a, [b, w]),
    "l1Loss weight none": (lambda x, y, w: F.l1_loss(x, y, weight=w, reduction="none"), a, [b, w]),
    "conv2d same": (lambda x, w: F.conv2d(x, w, padding="same"), images, [floats(2, 3, 2, 2)]),
    "conv2d valid": (lambda x, w: F.conv2d(x, w, padding="valid"), images, [floats(2, 3, 2, 2)]),
    "avgPool2d divisor": (lambda x: F.avg_pool2d(x, 2, stride=1, divisor_override=5), images, []),
    "adaptiveAvgPool2d null": (lambda x: F.adaptive_avg_pool2d(x, (1, None)), images, []),
    "softmax double": (lambda x: F.softmax(x, 1, dtype=torch.float64).float(), a, []),
    "interpolate nearest-exact": (lambda x: F.interpolate(x, size=(3, 5), mode="nearest-exact"), images, []),
    "interpolate area": (lambda x: F.interpolate(x, scale_factor=1.5, mode="area"), images, []),
    "interpolate linear": (lambda x: F.interpolate(x, scale_factor=1.7, mode="linear"), sequence, []),
    "interpolate nearest sequence": (lambda x: F.interpolate(x, size=3), sequence, []),
    "interpolate trilinear": (
        lambda x: F.interpolate(x, size=(3, 2, 5), mode="trilinear", align_corners=True),
        volume,
        [],
    ),
    "interpolate recompute": (
        lambda x: F.interpolate(x, scale_factor=(1.3, 1.4), mode="bilinear", recompute_scale_factor=True),
        images,
        [],
    ),
    "normalize by 1": (lambda x: F.normalize(x, p=1, dim=0), a, []),
    "normalize by infinity": (lambda x: F.normalize(x, p=float("inf"), dim=1), a, []),
}


def dropped():
    torch.manual_seed(5)
    return plain(F.dropout(torch.ones(3, 8), 0.4, True, inplace=True))


def pooled():
    torch.manual_seed(6)
    x = floats(1, 2, 5, 4)
    values, indices = F.max_pool2d(x, (3, 2), stride=2, padding=1, ceil_mode=True, return_indices=True)
    return {"input": plain(x), "values": plain(values), "indices": plain(indices)}


write(__file__, {
    "layers": {name: layer_case(*case) for name, case in layers.items()},
    "losses": {name: loss_case(*case) for name, case in functions.items()},
    "dropout": dropped(),
    "pooled": pooled(),
})
