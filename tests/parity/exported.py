"""Loads what tests/parity/exported.ts exported to a folder, in all the ways that a user would, and says how far it is from what
was computed there. Called by that script.

    python tests/parity/exported.py FOLDER
"""

import json
import logging
import sys
import warnings
from pathlib import Path

import onnx
import onnxruntime
import timm
import torch
import torchvision
from safetensors import safe_open
from safetensors.torch import load_file

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(2)

folder = Path(sys.argv[1])
spec = json.loads((folder / "spec.json").read_text())
config = json.loads((folder / "config.json").read_text())
expected = load_file(folder / "expected.safetensors")
weights = str(folder / "model.safetensors")
classes = config["num_classes"]
args = {name: tuple(value) if isinstance(value, list) else value for name, value in config.get("model_args", {}).items()}
name = spec["architecture"]
said, misses = [], []

with safe_open(weights, "pt") as file:
    if file.metadata()["format"] != "pt":
        misses.append("the file's format is not pt")


def distance(value, wanted):
    return ((value - wanted).abs().max() / wanted.abs().max()).item()


def compare(way, make):
    try:
        with torch.no_grad():
            model = make().eval()
            outputs = {"y": model(expected["x"])} if classes > 0 else {}
            if way.startswith("timm"):
                outputs["features"] = model.forward_head(model.forward_features(expected["x"]), pre_logits=True) \
                    if classes > 0 else model(expected["x"])
    except Exception as error:
        misses.append(f"{way}: {type(error).__name__}: {str(error).strip()[:300]}")
        return None
    worst = 0
    for key, value in outputs.items():
        value = value[0] if isinstance(value, tuple) else value
        if value.shape != expected[key].shape:
            misses.append(f"{way} {key}: {list(value.shape)}, not {list(expected[key].shape)}")
            continue
        far = distance(value, expected[key])
        worst = max(worst, far)
        if not far < 1e-5:
            misses.append(f"{way} {key} {far:.1e}")
    said.append(f"{way} {worst:.1e}")
    return model


def printed():
    scope = {}
    exec(spec["python"], scope)
    return scope["model"]


def loaded(model):
    model.load_state_dict(load_file(weights), strict=True)
    return model


if "timm" in spec["libraries"]:
    folded = spec["python"] is None
    form = timm.utils.reparameterize_model if folded else lambda model: model
    compare("timm strict", lambda: loaded(form(timm.create_model(name, num_classes=classes, **args))))
    if not folded:
        compare("timm checkpoint_path",
                lambda: timm.create_model(name, num_classes=classes, checkpoint_path=weights, **args))
    if "local-dir:" in (spec["python"] or ""):
        model = compare("timm local-dir", lambda: timm.create_model(f"local-dir:{folder}", pretrained=True))
        if model is not None:
            view, data = spec["view"], timm.data.resolve_model_data_config(model)
            wanted = {
                "input_size": (expected["x"].shape[1], *view["size"]), "interpolation": view["interpolation"],
                "mean": tuple(view["mean"]), "std": tuple(view["std"]), "crop_pct": view["cropFraction"],
                "crop_mode": "center",
            }
            data = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
            if data != wanted:
                misses.append(f"images: {data}, not {wanted}")
            if classes > 0 and list(model.pretrained_cfg["label_names"]) != config["label_names"]:
                misses.append("names of classes")
            timm.data.create_transform(**timm.data.resolve_model_data_config(model))
            if config["num_features"] != model.num_features:
                said.append(f"(num_features {config['num_features']}, timm's {model.num_features})")
        # Other classes and channels than the student's, as who goes on training has them.
        for more in [{"num_classes": 3}, {"in_chans": 4}]:
            try:
                model = timm.create_model(f"local-dir:{folder}", pretrained=True, **more)
                state, own = model.state_dict(), load_file(weights)
                others = [key for key, value in own.items() if key not in state or not torch.equal(value, state[key])]
                first, last = config["pretrained_cfg"]["first_conv"], config["pretrained_cfg"]["classifier"]
                allowed = last if "num_classes" in more else first
                allowed = tuple(f"{one}." for one in ([allowed] if isinstance(allowed, str) else allowed or ["-"]))
                strange = [key for key in others if not key.startswith(allowed)]
                if strange:
                    misses.append(f"{more}: other values of {', '.join(strange[:4])}")
            except Exception as error:
                misses.append(f"{more}: {type(error).__name__}: {str(error).strip()[:200]}")
if "torchvision" in spec["libraries"] and spec["torchvision"]:
    compare("torchvision", lambda: loaded(torchvision.models.get_model(name, weights=None, num_classes=classes)))
outputs = ["y", "features"] if classes > 0 else ["features"]


def compare_file(way, run):
    try:
        for key, value in zip(outputs, run()):
            far = distance(value, expected[key])
            said.append(f"{way} {key} {far:.1e}")
            if not far < 1e-5:
                misses.append(f"{way} {key} {far:.1e}")
    except Exception as error:
        misses.append(f"{way}: {type(error).__name__}: {str(error).strip()[:300]}")


def run_onnx():
    path = str(folder / "student.onnx")
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [torch.from_numpy(value) for value in session.run(None, {"images": expected["x"].numpy()})]


def run_script():
    with torch.no_grad():
        return [torch.jit.load(folder / "student.pt")(expected["x"])]


compare_file("onnx", run_onnx)
compare_file("torch.jit", run_script)
if spec["python"] is not None:
    compare("as printed", printed)
if not spec["libraries"]:
    said.append("no class in Python: " + " ".join(spec["notes"])[:120])
print("; ".join(said + [f"MISS {one}" for one in misses]).replace("\n", " "))
