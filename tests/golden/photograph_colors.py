"""Writes photograph_colors.onnx, which tells red, green and blue photographs apart, for tests/export/web_test.ts: pixels
uint8 (1, H, W, 3) to probabilities and features, resized to 32 x 32. Needs the packages onnx and NumPy alone.

    python tests/golden/photograph_colors.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE = 32
constants = {
    "size": np.array([SIZE, SIZE], np.int64),
    "mean": np.full((1, 3, 1, 1), 127.5, np.float32),
    "std": np.full((1, 3, 1, 1), 63.75, np.float32),
    "conv": np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1),
    "head": (2 * np.eye(3)).astype(np.float32),
    "axes": np.array([2, 3], np.int64),
}
node = helper.make_node
nodes = [
    node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
    node("Transpose", ["float"], ["channels"], perm=[0, 3, 1, 2]),
    node("Resize", ["channels", "", "", "size"], ["small"], mode="linear", antialias=1, axes=[2, 3]),
    node("Sub", ["small", "mean"], ["centered"]),
    node("Div", ["centered", "std"], ["images"]),
    node("Conv", ["images", "conv"], ["maps"]),
    node("Relu", ["maps"], ["stage"]),
    node("ReduceMean", ["stage", "axes"], ["features"], keepdims=0),
    node("Gemm", ["features", "head"], ["logits"]),
    node("Softmax", ["logits"], ["probabilities"], axis=1),
]
value = helper.make_tensor_value_info
graph = helper.make_graph(
    nodes,
    "photograph_colors",
    [value("pixels", TensorProto.UINT8, ["batch", "height", "width", 3])],
    [value(name, TensorProto.FLOAT, ["batch", 3]) for name in ("probabilities", "features")],
    [numpy_helper.from_array(array, name) for name, array in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_suffix(".onnx"))
