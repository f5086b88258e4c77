"""Writes what residual networks, RegNets and networks with branches compute in their publishers' own code, and the names
of their parameters.

python tests/golden/dialects_residual.py OUT FOLDER

FOLDER holds clones of DingXiaoH/RepVGG, apple/ml-mobileone, apple/ml-fastvit, apple/ml-mobileclip and openai/CLIP. Values are functions
of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import functools
import re
import sys
import types

import parity
import timm
import torch
import torchvision
import transformers
from foreign_names import from_files, images, own, record
from timm.models.regnet import _filter_fn

SIZE = 64


@torch.no_grad()
def seer():
    """timm's RegNet with the names of SEER's files, which timm itself translates back."""
    model = timm.create_model("regnety_002", **design, num_classes=10)
    trunk, heads = {}, {}
    for name, value in model.state_dict().items():
        if name.startswith("head."):
            heads[name.replace("head.fc", "0.clf.0")] = value.clone()
            continue
        name = name.replace("stem.conv", "_feature_blocks.conv1.stem.0").replace("stem.bn", "_feature_blocks.conv1.stem.1")
        name = re.sub(
            r"^s(\d)\.b(\d+)\.", lambda m: f"_feature_blocks.res{m[1]}.block{m[1]}-{int(m[2]) - 1}.", name
        )
        for ours, theirs in [
            ("conv1.conv", "f.a.0"), ("conv1.bn", "f.a.1"), ("conv2.conv", "f.b.0"), ("conv2.bn", "f.b.1"),
            ("conv3.conv", "f.c"), ("conv3.bn", "f.final_bn"), (".se.fc1", ".f.se.excitation.0"),
            (".se.fc2", ".f.se.excitation.2"), ("downsample.conv", "proj"), ("downsample.bn", "bn"),
        ]:  # fmt: skip
            name = name.replace(ours, theirs)
        trunk[name] = value.clone()
    nested = {f"classy_state_dict.base_model.model.trunk.{name}": value for name, value in trunk.items()}
    nested |= {f"classy_state_dict.base_model.model.heads.{name}": value for name, value in heads.items()}
    parity.fill_state(nested)
    translated = _filter_fn({"classy_state_dict": {"base_model": {"model": {"trunk": trunk, "heads": heads}}}})
    model.load_state_dict(translated, strict=True)
    return record(nested, model.eval()(images(SIZE)), SIZE)


design = {"w0": 8, "wa": 12.0, "wm": 2.0, "depth": 5, "group_size": 4}
params = functools.partial(
    torchvision.models.regnet.BlockParams.from_init_params, depth=5, w_0=8, w_a=12.0, w_m=2.0, group_width=4
)
regnet = functools.partial(
    transformers.RegNetConfig, hidden_sizes=[8, 16, 32, 64], depths=[1, 1, 2, 1], groups_width=4, num_labels=10
)
resnet = functools.partial(transformers.ResNetConfig, hidden_sizes=[32, 32, 64, 64], depths=[1, 2, 1, 1], num_labels=10)

sys.path[:0] = [f"{sys.argv[2]}/{name}" for name in ("RepVGG", "ml-mobileone", "ml-fastvit", "ml-mobileclip", "CLIP/clip")]
sys.modules["open_clip"] = types.ModuleType("open_clip")  # for texts only
from mobileclip.image_encoder import GlobalPool2D  # noqa: E402
from mobileclip.models.mci import FastViT as MobileClipTower  # noqa: E402
from mobileclip.models.mci import RepCPE as ClipPositions  # noqa: E402
from mobileone import MobileOne  # noqa: E402
from model import ModifiedResNet  # noqa: E402
from models.fastvit import FastViT, RepCPE  # noqa: E402
from repvgg import RepVGG  # noqa: E402


def repvgg(deploy):
    widths = [1 / 8, 1 / 8, 1 / 16, 1 / 16]
    model = RepVGG([1, 2, 1, 1], 10, widths, override_groups_map={2: 1, 3: 2}, deploy=deploy, use_se=False)
    return own(model, SIZE)


def mobileone(folded):
    widths = [1 / 8, 1 / 8, 1 / 2, 1 / 4]
    return own(MobileOne([1, 2, 1, 1], 10, widths, inference_mode=folded, num_conv_branches=2), SIZE)


attention = {
    "layers": [1, 1, 1, 1], "embed_dims": [8, 8, 16, 32], "mlp_ratios": [2] * 4, "downsamples": [True] * 4,
    "token_mixers": ["repmixer"] * 3 + ["attention"],
}  # fmt: skip


def fastvit(folded):
    positions = functools.partial(RepCPE, spatial_shape=(7, 7))
    model = FastViT(**attention, num_classes=10, pos_embs=[None] * 3 + [positions], inference_mode=folded)
    return own(model, SIZE)


class Clip(torch.nn.Module):
    """MobileCLIP's image tower where the whole model has it, with a little of the text's tower beside it."""

    def __init__(self):
        super().__init__()
        positions = functools.partial(ClipPositions, spatial_shape=(7, 7))
        self.image_encoder = torch.nn.Module()
        self.image_encoder.model = MobileClipTower(
            **attention, num_classes=10, pos_embs=[None] * 3 + [positions], se_downsamples=[False, False, True, True]
        )
        self.image_encoder.model.head = GlobalPool2D(64, 10)
        self.text_encoder = torch.nn.Linear(3, 4)

    def forward(self, x):
        out = self.image_encoder.model(x)
        return out["logits"] if isinstance(out, dict) else out


class OpenAIClip(torch.nn.Module):
    """CLIP with a residual image tower, with a little of the text's tower beside it."""

    def __init__(self):
        super().__init__()
        self.visual = ModifiedResNet([1, 2, 1, 1], 10, 4, SIZE, 8)
        self.ln_final = torch.nn.LayerNorm(8)

    def forward(self, x):
        return self.visual(x)


parity.save(
    sys.argv[1],
    {
        "transformers' ResNet": from_files(transformers.ResNetForImageClassification(resnet()), SIZE),
        "transformers' ResNet, basic": from_files(
            transformers.ResNetForImageClassification(resnet(hidden_sizes=[8, 8, 16, 16], layer_type="basic")),
            SIZE,
        ),
        "transformers' RegNet, x": from_files(transformers.RegNetForImageClassification(regnet(layer_type="x")), SIZE),
        "transformers' RegNet, y": from_files(transformers.RegNetForImageClassification(regnet(layer_type="y")), SIZE),
        "torchvision's RegNet, x": own(torchvision.models.RegNet(params(), num_classes=10), SIZE),
        "torchvision's RegNet, y": own(torchvision.models.RegNet(params(se_ratio=0.25), num_classes=10), SIZE),
        "VISSL's SEER": seer(),
        "DingXiaoH's RepVGG": repvgg(False),
        "DingXiaoH's RepVGG, folded": repvgg(True),
        "Apple's MobileOne": mobileone(False),
        "Apple's MobileOne, folded": mobileone(True),
        "Apple's FastViT": fastvit(False),
        "Apple's FastViT, folded": fastvit(True),
        "Apple's MobileCLIP": own(Clip(), SIZE),
        "OpenAI's CLIP": own(OpenAIClip(), SIZE),
    },
)
