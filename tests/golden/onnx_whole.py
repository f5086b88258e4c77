"""Writes onnx_whole/: models whose input is of several element types, for tests/teachers/onnx_whole_numbers_test.ts.
Each gives the mean red and green of its images, divided by 255.

    python tests/golden/onnx_whole.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = Path(__file__).parent / "onnx_whole"
folder.mkdir(exist_ok=True)
weight = np.array([[1 / 255, 0], [0, 1 / 255], [0, 0]], np.float32)
for name in ["float", "uint8", "int8", "uint16", "int32", "int64", "bool"]:
    kind = getattr(TensorProto, name.upper())
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
            helper.make_node("GlobalAveragePool", ["f"], ["p"]),
            helper.make_node("Flatten", ["p"], ["feat"]),
            helper.make_node("Gemm", ["feat", "w", "b"], ["y"]),
        ],
        "g",
        [helper.make_tensor_value_info("x", kind, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(np.zeros(2, np.float32), "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / f"{name}.onnx")
