"""Writes timm's models, small where they can be, as people hand them on: scripted, traced and frozen TorchScript, ONNX by
both of PyTorch's exporters; and what their modules returned to a forward hook. tests/parity/foreign.ts compares.

    python tests/parity/foreign.py FOLDER [NAME ...]

Needs timm, onnx and onnxscript besides torch.
"""

import json
import logging
import re
import sys
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(1)

# The side of the image; None where the model takes one size only.
MODELS = {
    "resnet18": 64, "resnext50_32x4d": 64, "seresnext26d_32x4d": 64, "resnest14d": 64, "nf_resnet26": 64,
    "densenet121": 64, "regnety_002": 64, "vgg11": 64, "inception_v3": 96, "xception41": 64, "hgnetv2_b0": 64,
    "efficientnet_b0": 64, "tf_efficientnet_lite0": 64, "tf_efficientnetv2_b0": 64, "mobilenetv2_050": 64,
    "mobilenetv3_small_050": 64, "mobilenetv4_conv_small": 64, "mobilenetv4_hybrid_medium": 64, "lcnet_035": 64,
    "ghostnet_050": 64, "mobileone_s0": 64, "repvgg_a0": 64, "repvit_m0_9": 64, "fastvit_t8": 64,
    "convnext_atto": 64, "convnextv2_atto": 64, "edgenext_xx_small": 64, "mobilevit_xxs": 64, "mobilevitv2_050": 64,
    "efficientvit_b0": 64, "efficientvit_m0": None, "efficientformerv2_s0": None, "levit_128s": None,
    "tiny_vit_5m_224": None, "caformer_s18": 64, "poolformer_s12": 64, "coatnet_0_rw_224": None,
    "maxvit_rmlp_nano_rw_256": None, "swin_tiny_patch4_window7_224": None, "swinv2_tiny_window8_256": None,
    "hiera_tiny_224": None, "mixer_s32_224": None, "vit_tiny_patch16_224": None,
    "deit_tiny_distilled_patch16_224": None, "deit3_small_patch16_224": None, "beitv2_base_patch16_224": None,
    "eva02_tiny_patch14_224": None, "vit_small_patch14_dinov2": 112, "vit_small_patch16_dinov3": 64,
    "vit_base_patch16_siglip_224": None,
}
# The deepest modules that are compared, and the largest results.
DEEPEST, MOST = 3, 400_000


def randomise(model):
    """Statistics away from 0 and 1, and scales of layers away from nothing, so that they count."""
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if name.endswith("running_mean"):
            tensor.data.normal_(0, 0.1)
        elif name.endswith("running_var"):
            tensor.data.uniform_(0.5, 1.5)
        elif re.search(r"(ls\d|gamma|layer_scale)", name):
            tensor.data.uniform_(0.2, 1)
    return model.eval()


def make(name, size, **options):
    torch.manual_seed(0)
    if name == "vit_small_patch14_dinov2":
        options["img_size"] = size
    return randomise(timm.create_model(name, pretrained=False, num_classes=10, **options))


def save(model, images, folder, name):
    def script():
        with torch.no_grad():
            scripted = torch.jit.script(model(scriptable=True))
        # What torch.jit.save cannot write is half a file.
        scripted.save_to_buffer()
        scripted.save(str(folder / f"{name}.script.pt"))
        torch.jit.freeze(scripted).save(str(folder / f"{name}.frozen.pt"))

    def trace():
        with torch.no_grad():
            torch.jit.trace(model(scriptable=True), images, check_trace=False).save(str(folder / f"{name}.trace.pt"))

    def older():
        torch.onnx.export(model(exportable=True), (images,), str(folder / f"{name}.older.onnx"), dynamo=False,
                          opset_version=17, input_names=["x"], output_names=["y"])

    def dynamo():
        torch.onnx.export(model(exportable=True), (images,), dynamo=True, external_data=False, input_names=["x"],
                          output_names=["y"], verbose=False).save(str(folder / f"{name}.dynamo.onnx"))

    said = {}
    for way in [script, trace, older, dynamo]:
        try:
            way()
        except Exception as error:
            said[way.__name__] = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
    return said


folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
for name in sys.argv[2:] or MODELS:
    size = MODELS[name] or timm.get_pretrained_cfg(name).input_size[-1]
    torch.manual_seed(1)
    images = torch.rand(1, 3, size, size)
    model = make(name, size)
    returned = {}
    for inner, module in model.named_modules():
        if inner != "" and inner.count(".") <= DEEPEST:
            module.register_forward_hook(
                lambda _, __, output, inner=inner: returned.setdefault(inner, []).append(output.detach().clone())
                if torch.is_tensor(output) else None
            )
    with torch.no_grad():
        tensors = {"x": images, "y": model(images)}
    for inner, outputs in returned.items():
        for i, output in enumerate(outputs):
            if output.numel() <= MOST:
                tensors[f"{inner}#{i}"] = output
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, folder / f"{name}.safetensors")
    said = save(lambda **options: make(name, size, **options), images, folder, name)
    print(name, "not exported:" if said else "exported", json.dumps(said) if said else "", flush=True)
