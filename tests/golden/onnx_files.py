"""Writes onnx_files/: a small model by both of PyTorch's exporters and several versions of the format, with weights beside
it, in half precision, and quantized to int8 in three ways; what its modules returned to a forward hook; for
tests/teachers/onnx_files_test.ts. Needs the packages onnx, onnxscript, onnxruntime and onnxconverter-common besides torch.

    python tests/golden/onnx_files.py
"""

import logging
import warnings
from pathlib import Path

import onnx
import torch
from onnx import external_data_helper
from onnxconverter_common import float16
from onnxruntime.quantization import (
    CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static,
)
from safetensors.torch import save_file
from torch import nn

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
folder = Path(__file__).parent / "onnx_files"
folder.mkdir(exist_ok=True)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(width, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.act1 = nn.SiLU()
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = nn.Sequential(nn.Conv2d(width, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        self.act2 = nn.ReLU()

    def forward(self, x):
        return self.act2(self.bn2(self.conv2(self.act1(self.bn1(self.conv1(x))))) + self.downsample(x))


class Attention(nn.Module):
    """Its parts are split, which the newer exporter's optimizer makes of several slices, without a module's name."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        return x + self.proj((q @ k.transpose(1, 2) * 0.3).softmax(-1) @ v)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        # A stem that ends in a convolution, whose batch norm is a module of its own.
        self.conv1 = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.SiLU(), nn.Conv2d(6, 8, 3, 1, 1, bias=False))
        self.bn1 = nn.BatchNorm2d(8)
        self.act1 = nn.SiLU()
        self.layer1 = nn.Sequential(Block(8, 8, 1), Block(8, 12, 2))
        self.parts = nn.ModuleDict({"odd-1 ü": Attention(12)})
        self.norm = nn.LayerNorm(12)
        self.avgpool = nn.AdaptiveAvgPool1d(1)
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        x = self.layer1(self.act1(self.bn1(self.conv1(x))))
        x = x.flatten(2).transpose(1, 2)
        for part in self.parts.values():
            x = part(x)
        x = self.norm(x)
        x = self.avgpool(x.transpose(1, 2)).flatten(1)
        return self.head(x)


model = Net().eval()
for name, buffer in model.named_buffers():
    if name.endswith("running_mean"):
        buffer.normal_(0, 0.2)
    elif name.endswith("running_var"):
        buffer.uniform_(0.5, 1.5)
images = torch.rand(2, 3, 16, 16)
returned = {}
hooks = [
    module.register_forward_hook(lambda _, __, output, name=name: returned.update({name: output.detach().clone()}))
    for name, module in model.named_modules() if name != ""
]
with torch.no_grad():
    tensors = {"images": images, "logits": model(images)}
for hook in hooks:
    hook.remove()
# Those that are in the files; convolutions and their batch norms are one there.
wanted = ["bn1", "act1", "layer1", "layer1.0", "layer1.0.downsample", "parts.odd-1 ü", "parts.odd-1 ü.qkv", "norm", "avgpool", "head"]
tensors.update({f"{name}#": returned[name].contiguous() for name in wanted})
save_file(tensors, folder / "returned.safetensors")


def cleaned(made):
    """Without where the exporter's source lay on the machine, and its warnings."""
    kept = ("pkg.torch.onnx.name_scopes", "pkg.onnxscript.rewriter.rule_name")
    for node in made.graph.node:
        for entry in list(node.metadata_props):
            if entry.key not in kept:
                node.metadata_props.remove(entry)
        node.doc_string = ""
    del made.graph.value_info[:]
    return made


def older(name, opset):
    path = folder / f"{name}.onnx"
    torch.onnx.export(model, (images,), path, dynamo=False, opset_version=opset, input_names=["images"],
                      output_names=["logits"], dynamic_axes={"images": {0: "batch"}})
    onnx.save(cleaned(onnx.load(path)), path)
    return path


def newer(name, opset):
    path = folder / f"{name}.onnx"
    torch.onnx.export(model, (images,), dynamo=True, external_data=False, opset_version=opset, input_names=["images"],
                      output_names=["logits"], dynamic_shapes={"x": {0: torch.export.Dim("batch")}}, verbose=False).save(path)
    onnx.save(cleaned(onnx.load(path)), path)
    return path


class Images(CalibrationDataReader):
    def __init__(self):
        self.left = [images.numpy(), torch.rand(8, 3, 16, 16).numpy()]

    def get_next(self):
        return {"images": self.left.pop()} if self.left else None


paths = [older("older", 17), newer("dynamo", 18)]
older("older_11", 11)
newer("dynamo_21", 21)
for path in paths:
    made = onnx.load(path)
    for keep in [True, False]:
        half = float16.convert_float_to_float16(onnx.load(path), keep_io_types=keep)
        onnx.save(cleaned(half), folder / f"{path.stem}_half{'_io' if keep else ''}.onnx")
    for name, kind, per_channel in [("qdq", QuantFormat.QDQ, True), ("qoperator", QuantFormat.QOperator, False)]:
        out = folder / f"{path.stem}_{name}.onnx"
        quantize_static(path, out, Images(), quant_format=kind, per_channel=per_channel,
                        activation_type=QuantType.QInt8 if per_channel else QuantType.QUInt8, weight_type=QuantType.QInt8,
                        calibrate_method=CalibrationMethod.MinMax)
        onnx.save(cleaned(onnx.load(out)), out)
    out = folder / f"{path.stem}_dynamic.onnx"
    quantize_dynamic(path, out, weight_type=QuantType.QUInt8)
    onnx.save(cleaned(onnx.load(out)), out)

# Each weight in a file of its own, in a folder; and all in one, behind each other.
made = onnx.load(paths[0])
for i, tensor in enumerate(made.graph.initializer):
    if len(tensor.raw_data) >= 256:
        external_data_helper.set_external_data(tensor, location=f"weights/{i % 3}.bin")
(folder / "weights").mkdir(exist_ok=True)
for old in (folder / "weights").glob("*"):
    old.unlink()
for tensor in made.graph.initializer:
    if external_data_helper.uses_external_data(tensor):
        external_data_helper.save_external_data(tensor, str(folder))
        tensor.ClearField("raw_data")
(folder / "external.onnx").write_bytes(made.SerializeToString())
