"""Writes what LeViT, both EfficientViTs, EfficientFormerV2 and MobileViT compute by the code of their publishers and of
transformers, whose parameters have other names than timm's, and those names.

python tests/golden/dialects_hybrids.py SOURCES OUT

SOURCES is a folder with the publishers' repositories: LeViT (facebookresearch), Cream (microsoft), efficientvit
(mit-han-lab), EfficientFormer (snap-research) and ml-cvnets (apple). Values are functions of the names that a state
dict has (see parity.py), so only names, shapes and results are kept.
"""

import argparse
import importlib.abc
import importlib.machinery
import sys
import types

import parity
import timm.layers
import timm.models
import torch
import torchvision.io
import transformers as t

SOURCES, OUT = sys.argv[1:3]
torch.manual_seed(0)

# The publishers' code asks for places where timm had these things once.
sys.modules["timm.models.layers"] = timm.layers
sys.modules["timm.models.layers.helpers"] = timm.layers
sys.modules["timm.models.registry"] = types.SimpleNamespace(register_model=lambda function: function)


class Anything(types.ModuleType):
    """Stands in for packages that are imported and not used here."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *args, **_):
        return args[0] if args else self


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what is not installed: the publishers' code asks for what only its training uses."""

    names = {
        "av", "boto3", "botocore", "cv2", "ftfy", "ipdb", "mmcv", "mmdet", "mmseg", "omegaconf", "onnx",
        "onnxsim", "psutil", "pycocotools", "pytorchvideo", "requests", "sklearn", "torchaudio", "torchtext",
        "triton",
    }  # fmt: skip

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in self.names:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return Anything(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.append(Missing())


def module_of(path):
    """A file of the publishers' code."""
    folder, _, name = path.rpartition("/")
    sys.path.insert(0, f"{SOURCES}/{folder}")
    before = set(sys.modules)
    module = importlib.import_module(name)
    # Several have a module of the name "utils".
    for one in set(sys.modules) - before:
        del sys.modules[one]
    sys.path.pop(0)
    return module


@torch.no_grad()
def record(model, size):
    """A model's names, and what it computes of images; transformers' are given what their weights are made for."""
    parity.fill(model)
    output = model.eval().double()((parity.uniform("images", [2, 3, size, size]) * 2).double())
    output = getattr(output, "logits", output)
    names = [f"{name} {list(value.shape)}" for name, value in model.state_dict().items() if value.is_floating_point()]
    return {"output": output.contiguous()}, {"state": names, "size": size}


def levit():
    code = module_of("LeViT/levit")
    down = [["Subsample", 8, width // 8, 4, 2, 2] for width in (16, 24)]
    stem = code.b16(16, torch.nn.Hardswish, 80)
    return code.LeViT(
        80, 16, 3, 10, [16, 24, 32], [8] * 3, [1, 1, 2], [2, 3, 4], [2] * 3, [2] * 3, stem, down
    )


def levit_of_transformers(kind):
    shape = {"hidden_sizes": [16, 24, 32], "num_attention_heads": [2, 3, 4], "depths": [1, 1, 2], "key_dim": [8, 8, 8]}
    return kind(t.LevitConfig(image_size=80, num_labels=10, **shape))


def efficientvit_msra():
    code = module_of("Cream/EfficientViT/classification/model/efficientvit")
    return code.EfficientViT(
        128, num_classes=10, embed_dim=[32, 48, 64], depth=[1, 2, 1], num_heads=[2, 3, 4], kernels=[7, 5, 3, 3]
    )


def efficientvit_mit(large):
    sys.path.insert(0, f"{SOURCES}/efficientvit")
    # The package's own start has what only segmentation needs.
    package = types.ModuleType("efficientvit.models.efficientvit")
    package.__path__ = [f"{SOURCES}/efficientvit/efficientvit/models/efficientvit"]
    sys.modules[package.__name__] = package
    backbone = importlib.import_module("efficientvit.models.efficientvit.backbone")
    code = importlib.import_module("efficientvit.models.efficientvit.cls")
    norm = importlib.import_module("efficientvit.models.nn.norm")
    widths = [8, 16, 16, 24, 32]
    if large:
        trunk = backbone.EfficientViTLargeBackbone(widths, [1, 1, 1, 1, 1], qkv_dim=8)
    else:
        trunk = backbone.EfficientViTBackbone(widths, [1, 1, 2, 1, 1], dim=8)
    head = code.ClsHead(32, [24, 40], 10, act_func="gelu" if large else "hswish")
    model = code.EfficientViTCls(trunk, head)
    norm.set_norm_eps(model, 1e-7 if large else 1e-5)
    for module in model.modules():
        if type(module).__name__ == "LiteMLA":
            module.eps = 1e-5  # as timm, where MIT has 1e-15: it shows with weights that nobody trained
    return model


def efficientformer_v2():
    code = module_of("EfficientFormer/models/efficientformer_v2")
    return code.EfficientFormerV2(
        [1, 1, 2, 2],
        [16, 24, 32, 40],
        downsamples=[True] * 4,
        num_classes=10,
        vit_num=1,
        resolution=64,
        e_ratios={"0": [4], "1": [4], "2": [4, 3], "3": [3, 4]},
    )


def mobilevit_of_apple(version):
    sys.path.insert(0, f"{SOURCES}/ml-cvnets")
    torchvision.io.write_video = None
    from options.opts import get_training_arguments

    known = get_training_arguments(parse_args=False).parse_args([])
    values = vars(known)
    names = {1: "mobilevit", 2: "mobilevit_v2"}
    values["model.classification.name"] = names[version]
    values["model.classification.n_classes"] = 10
    values["model.classification.activation.name"] = "swish"
    values["model.activation.name"] = "swish"
    values["model.normalization.name"] = "batch_norm"
    values["model.layer.global_pool"] = "mean"
    values["model.classification.mit.mode"] = "xx_small"
    values["model.classification.mit.head_dim"] = None
    values["model.classification.mit.number_heads"] = 4
    values["model.classification.mitv2.width_multiplier"] = 0.5
    values["model.classification.mitv2.attn_norm_layer"] = "layer_norm_2d"
    code = importlib.import_module(f"cvnets.models.classification.{names[version]}")
    return (code.MobileViT if version == 1 else code.MobileViTv2)(argparse.Namespace(**values))


def mobilevit_of_transformers(version):
    if version == 1:
        widths = [16, 16, 24, 48, 64, 80, 320]
        config = t.MobileViTConfig(
            hidden_sizes=[64, 80, 96], neck_hidden_sizes=widths, expand_ratio=2.0, num_labels=10
        )
        return t.MobileViTForImageClassification(config)
    return t.MobileViTV2ForImageClassification(t.MobileViTV2Config(width_multiplier=0.5, num_labels=10))


parity.save(OUT, {
    "Meta's LeViT": record(levit(), 80),
    "transformers' LeViT": record(levit_of_transformers(t.LevitForImageClassificationWithTeacher), 80),
    "transformers' LeViT, one head": record(levit_of_transformers(t.LevitForImageClassification), 80),
    "Microsoft's EfficientViT": record(efficientvit_msra(), 128),
    "MIT's EfficientViT": record(efficientvit_mit(False), 64),
    "MIT's EfficientViT, large": record(efficientvit_mit(True), 64),
    "Snap's EfficientFormerV2": record(efficientformer_v2(), 64),
    "Apple's MobileViT": record(mobilevit_of_apple(1), 64),
    "Apple's MobileViTv2": record(mobilevit_of_apple(2), 64),
    "transformers' MobileViT": record(mobilevit_of_transformers(1), 64),
    "transformers' MobileViTV2": record(mobilevit_of_transformers(2), 64),
})
