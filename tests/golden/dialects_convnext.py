"""Writes what ConvNeXts, an EdgeNeXt and a RepViT compute whose parameters are not named as timm's, and those names.

python tests/golden/dialects_convnext.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import re
import sys

import parity
import timm
import torch
import transformers
from foreign_names import from_files, images, own, record
from timm.models.convnext import checkpoint_filter_fn
from timm.models.edgenext import checkpoint_filter_fn as edgenext_filter
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

SIZE = 64
DEPTHS, DIMS = [1, 2, 1, 1], [8, 12, 16, 20]


@torch.no_grad()
def renamed(model, rename, translate):
    """timm's model with the names of the original release, which timm itself translates back."""
    original = {}
    for name, value in model.state_dict().items():
        shape = (1, 1, 1, -1) if ".grn." in name else None
        # Linear layers there, whatever timm has.
        value = value.flatten(1) if ".mlp.fc" in name and value.ndim == 4 else value
        original[rename(name)] = value.reshape(shape).clone() if shape else value.clone()
    parity.fill_state(original)
    model.load_state_dict(translate(dict(original), model), strict=True)
    return record(original, model.eval()(images(SIZE)), SIZE)


def meta(name):
    name = re.sub(r"^stem\.", "downsample_layers.0.", name)
    name = re.sub(r"^stages\.(\d+)\.downsample\.", r"downsample_layers.\1.", name)
    name = re.sub(r"^stages\.(\d+)\.blocks\.(\d+)\.", r"stages.\1.\2.", name)
    name = name.replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv")
    name = name.replace("mlp.grn.weight", "grn.gamma").replace("mlp.grn.bias", "grn.beta")
    return name.replace("head.fc.", "head.").replace("head.norm.", "norm.")


def convnext(name="convnext_tiny", **options):
    return timm.create_model(name, **{"depths": DEPTHS, "dims": DIMS, "num_classes": 10, **options})


def edgenext():
    shape = {"depths": (1, 2, 1, 1), "dims": (8, 16, 20, 28), "heads": (2, 2, 2, 2)}
    return timm.create_model("edgenext_xx_small", num_classes=10, **shape)


def repvit():
    return timm.create_model("repvit_m0_9", num_classes=10, embed_dim=(8, 16, 24), depth=(2, 1, 2))


def by_place(name):
    """A name of the RepViT above as its authors' list of blocks has it."""
    prefixes = ["stem", "stages.0.blocks.0", "stages.0.blocks.1", "stages.1.downsample.pre_block", "stages.1.downsample"]
    prefixes += ["stages.1.blocks.0", "stages.2.downsample.pre_block", "stages.2.downsample"]
    prefixes += ["stages.2.blocks.0", "stages.2.blocks.1"]
    parts = {
        "conv1.": "0.", "conv2.": "2.", "spatial_downsample.": "token_mixer.0.", "channel_downsample.": "token_mixer.2.",
        "ffn.conv1.": "channel_mixer.m.0.", "ffn.conv2.": "channel_mixer.m.2.", "token_mixer.": "token_mixer.0.",
        "se.": "token_mixer.1.", "channel_mixer.conv1.": "channel_mixer.m.0.", "channel_mixer.conv2.": "channel_mixer.m.2.",
    }  # fmt: skip
    found = [prefix for prefix in prefixes if name.startswith(f"{prefix}.")]
    if found:
        prefix = max(found, key=len)
        rest = name[len(prefix) + 1 :]
        part = next(part for part in parts if rest.startswith(part))
        return f"features.{prefixes.index(prefix)}.{parts[part]}{rest[len(part) :]}"
    return name.replace("head.head_dist.", "classifier.classifier_dist.").replace("head.head.", "classifier.classifier.")


def torchvision():
    dims = [*DIMS, None]
    return ConvNeXt([CNBlockConfig(dims[i], dims[i + 1], DEPTHS[i]) for i in range(4)], num_classes=10)


def with_norms(result):
    """Meta's DINOv3 has its last norm under a second name too."""
    tensors, facts = result
    shape = next(line for line in facts["state"] if line.startswith("norm.weight")).split(" ", 1)[1]
    return tensors, {**facts, "state": [*facts["state"], f"norms.3.weight {shape}", f"norms.3.bias {shape}"]}


@torch.no_grad()
def open_clip(hidden):
    """timm's model under open_clip's tower, which timm itself translates back; beside it a weight of the text's."""
    model = convnext(head_hidden_size=24 if hidden else None)
    state = {}
    for name, value in model.state_dict().items():
        if name == "head.fc.bias":
            continue
        if hidden:
            name = name.replace("head.fc.", "visual.head.mlp.fc2.").replace("head.pre_logits.fc.", "visual.head.mlp.fc1.")
        name = name.replace("head.fc.", "visual.head.proj.")
        state[name if name.startswith("visual.") else f"visual.trunk.{name}"] = value.clone()
    state["text_projection"] = torch.zeros(4, 4)
    state["logit_scale"] = torch.zeros([])
    parity.fill_state(state)
    model.load_state_dict(checkpoint_filter_fn(dict(state), model), strict=True)
    return record(state, model.eval()(images(SIZE)), SIZE)


@torch.no_grad()
def by_authors(model, rename):
    """timm's model with the names of the original release, which are those that `rename` gives."""
    state = {rename(name): value for name, value in model.state_dict().items()}
    assert len(state) == len(model.state_dict())
    parity.fill_state(state)  # the tensors are the model's own
    return record(state, model.eval()(images(SIZE)), SIZE)


shape = {"num_stages": 4, "hidden_sizes": DIMS, "depths": DEPTHS, "layer_norm_eps": 1e-6}
dino = transformers.DINOv3ConvNextConfig(hidden_sizes=DIMS, depths=DEPTHS)

parity.save(
    sys.argv[1],
    {
        "timm's, convolutions": own(convnext(conv_mlp=True), SIZE),
        "torchvision's": own(torchvision(), SIZE),
        "Meta's": renamed(convnext(), meta, checkpoint_filter_fn),
        "Meta's V2": renamed(convnext("convnextv2_tiny"), meta, checkpoint_filter_fn),
        "Meta's V2 as convolutions": renamed(convnext("convnextv2_atto"), meta, checkpoint_filter_fn),
        "Meta's DINOv3": with_norms(renamed(convnext(num_classes=0), meta, checkpoint_filter_fn)),
        "transformers'": from_files(
            transformers.ConvNextForImageClassification(transformers.ConvNextConfig(num_labels=10, **shape)), SIZE
        ),
        "transformers' V2": from_files(
            transformers.ConvNextV2ForImageClassification(transformers.ConvNextV2Config(num_labels=10, **shape)), SIZE
        ),
        "transformers' DINOv3": from_files(
            transformers.DINOv3ConvNextModel(dino), SIZE, lambda model, images: model(images).pooler_output
        ),
        "open_clip's": open_clip(False),
        "open_clip's, hidden layer": open_clip(True),
        "EdgeNeXt's authors'": renamed(edgenext(), meta, edgenext_filter),
        "RepViT's authors'": by_authors(repvit(), by_place),
    },
)
