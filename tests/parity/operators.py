"""Writes what PyTorch computes on its own operator and module test data, for operators.ts to compare ours with.

    python tests/parity/operators.py FOLDER [pattern]

Needs torch and numpy, nothing else. The sample inputs are those of torch.testing._internal, whose modules import
expecttest for tests of their own that are not run here: an empty stand-in does. FOLDER gets a safetensors file with
all tensors and a JSON file with all calls for every operator, function and module; `pattern` chooses them by name.
"""

import fnmatch
import inspect
import json
import math
import pathlib
import struct
import sys
import types
import unittest
import warnings

try:
    import expecttest  # noqa: F401
except ImportError:
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase = unittest.TestCase
    stand_in.assert_expected_inline = None
    sys.modules["expecttest"] = stand_in

import torch
from torch import nn
from torch.nn import functional as F
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

DTYPES = [torch.float32, torch.float64, torch.int64, torch.bool]
NAMES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL", torch.int32: "I32"}
NAMES |= {torch.uint8: "U8", torch.int16: "I16", torch.int8: "I8"}
LARGEST = 4096  # elements of a tensor: larger samples tell nothing more
SAMPLES = 60  # of an operator and dtype
SEED = 42  # the one that PyTorch's own wrappers set
# What the test data calls with other orders of arguments than PyTorch's functions have.
ORDERS = {"where": (1, 0, 2), "nn.functional.embedding": (1, 0), "polygamma": (1, 0), "einsum": (1, 0)}
# What is called otherwise than its arguments say: other functions, views of a tensor's memory, work done in Python.
OTHERWISE = {"rand_like", "stft", "linalg.pinv.singular", "as_strided.partial_views", "normal.number_mean"}


def told(op):
    """Whether the values of an operator follow from its arguments."""
    whole = f"{op.name}.{op.variant_test_name}".rstrip(".")
    return "empty" not in op.name and whole not in OTHERWISE


class Skip(Exception):
    """A sample that cannot be written."""


class File:
    """The tensors of one operator."""

    def __init__(self):
        self.tensors = []

    def add(self, tensor):
        if tensor.dtype not in NAMES:
            raise Skip(f"dtype {tensor.dtype}")
        if tensor.layout != torch.strided or tensor.is_quantized:
            raise Skip("not dense")
        if tensor.numel() > LARGEST:
            raise Skip("large")
        self.tensors.append(tensor.detach().contiguous().clone())
        return str(len(self.tensors) - 1)

    def write(self, path):
        header, at = {}, 0
        for i, t in enumerate(self.tensors):
            size = t.numel() * t.element_size()
            header[str(i)] = {"dtype": NAMES[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + size]}
            at += size
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for t in self.tensors:
                out.write(t.numpy().tobytes())


def encode(value, file, seen=None):
    """A value as JSON; tensors go into the file, floats are told from whole numbers.

    With `seen`, a dictionary, a tensor that comes again in a sample is the same one.
    """
    if isinstance(value, torch.Tensor):
        if seen is None:
            return {"tensor": file.add(value), "grad": value.requires_grad}
        if id(value) not in seen:
            seen[id(value)] = file.add(value)
        return {"tensor": seen[id(value)], "grad": value.requires_grad}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if abs(value) > 2**53:
            raise Skip("a number beyond 2**53")
        return value
    if isinstance(value, float):
        return {"float": repr(value) if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")}
    if isinstance(value, torch.dtype):
        if value not in NAMES:
            raise Skip(f"dtype {value}")
        return {"dtype": str(value)[6:]}
    if isinstance(value, (list, tuple, torch.Size)):
        return [encode(v, file, seen) for v in value]
    raise Skip(f"an argument of type {type(value).__name__}")


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_of(v)]
    if isinstance(value, dict):
        return [t for v in value.values() for t in tensors_of(v)]
    return []


def pattern(shape, dtype):
    """Weights for the elements of an output, so that every one has a gradient of its own."""
    return torch.cos(torch.arange(math.prod(shape), dtype=torch.float64)).to(dtype).reshape(shape)


def compute(run, inputs, file):
    """What a call gives: values, and gradients of the inputs that want them."""
    outputs = run()
    flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    case = {"outputs": [encode(o, file) for o in flat], "grads": None}
    wanted = [t for t in inputs if t.requires_grad]
    parts = [o for o in tensors_of(outputs) if o.requires_grad]
    if wanted and parts:
        total = sum((o * pattern(o.shape, o.dtype)).sum() for o in parts)
        try:
            grads = torch.autograd.grad(total, wanted, allow_unused=True)
        except (RuntimeError, NotImplementedError):
            return case
        case["grads"] = [None if g is None else encode(g, file) for g in grads]
    return case


def bound(function, args, kwargs):
    """Arguments by the names that a function of Python has."""
    signature = inspect.signature(inspect.unwrap(function)).bind(*args, **kwargs)
    return dict(signature.arguments)


def operator_cases(op, file, skipped):
    functional = op.name.startswith("nn.functional.")
    for dtype in DTYPES:
        if not op.supports_dtype(dtype, "cpu"):
            continue
        grads = dtype.is_floating_point and op.supports_autograd
        torch.manual_seed(0)
        try:
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=grads))[:SAMPLES]
        except Exception as error:
            skipped.append(f"{op.name}: no samples: {type(error).__name__}")
            continue
        for sample in samples:
            args = (sample.input, *sample.args)
            order = ORDERS.get(op.name, range(len(args)))
            shown = tuple(args[i] for i in order) + args[len(order):]
            count, seen = len(file.tensors), {}
            try:
                case = {"dtype": str(dtype)[6:]}
                if functional:
                    try:
                        name = op.name[14:]
                        # What chooses between two functions by return_indices has the arguments of either.
                        named = bound(getattr(F, f"{name}_with_indices", getattr(F, name)), shown, sample.kwargs)
                        case["named"] = {k: encode(v, file, seen) for k, v in named.items()}
                    except (TypeError, ValueError):
                        pass
                if "named" not in case:
                    case["args"] = [encode(a, file, seen) for a in shown]
                    case["kwargs"] = {k: encode(v, file, seen) for k, v in sample.kwargs.items()}
                    inputs = tensors_of(shown) + tensors_of(sample.kwargs)
                else:
                    inputs = tensors_of(named)
                torch.manual_seed(SEED)
                case |= compute(lambda: op(*args, **sample.kwargs), inputs, file)
                yield case
            except Skip as reason:
                del file.tensors[count:]
                skipped.append(f"{op.name}: {reason}")
            except Exception as error:
                del file.tensors[count:]
                skipped.append(f"{op.name}: PyTorch refuses: {type(error).__name__}")


def module_cases(info, file, skipped):
    for dtype in (torch.float32, torch.float64):
        for training in (True, False):
            torch.manual_seed(0)
            try:
                samples = info.module_inputs_func(info, "cpu", dtype, requires_grad=True, training=training)
                samples = list(samples)
            except Exception as error:
                skipped.append(f"{info.name}: no samples: {type(error).__name__}")
                continue
            for sample in samples:
                count, seen = len(file.tensors), {}
                try:
                    made, given = sample.constructor_input, sample.forward_input
                    if given is None:
                        continue
                    module = info.module_cls(*made.args, **made.kwargs).to(dtype).train(training)
                    case = {"dtype": str(dtype)[6:], "training": training}
                    named = inspect.signature(info.module_cls.__init__).bind(None, *made.args, **made.kwargs)
                    case["named"] = {k: encode(v, file) for k, v in list(named.arguments.items())[1:]}
                    forward = inspect.signature(module.forward).bind(*given.args, **given.kwargs).arguments
                    case["forward"] = {k: encode(v, file, seen) for k, v in forward.items()}
                    case["state"] = {k: encode(v, file) for k, v in module.state_dict().items()}
                    inputs = tensors_of(dict(forward)) + list(module.parameters())
                    torch.manual_seed(SEED)
                    case |= compute(lambda: module(*given.args, **given.kwargs), inputs, file)
                    yield case
                except Skip as reason:
                    del file.tensors[count:]
                    skipped.append(f"{info.name}: {reason}")
                except Exception as error:
                    del file.tensors[count:]
                    skipped.append(f"{info.name}: PyTorch refuses: {type(error).__name__}")


def overloads_of(name, aten):
    """The operators of libtorch that may be behind a function: those that have no typed form are called by name."""
    short = name.removeprefix("nn.functional.")
    for base in (aten, short, short.replace(".", "_")):
        packet = getattr(torch.ops.aten, base, None)
        if packet is not None:
            return [f"aten::{base}" + ("" if o == "default" else f".{o}") for o in packet.overloads() if "out" not in o]
    return []


def main(folder, wanted="*"):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    skipped, total = [], 0
    jobs = [(op.name, op.variant_test_name, "operator", op.aten_name, operator_cases, op) for op in op_db if told(op)]
    jobs += [("nn." + m.name.removeprefix("nn."), "", "module", "", module_cases, m) for m in module_db]
    for name, variant, kind, aten, cases_of, info in jobs:
        if not fnmatch.fnmatch(name, wanted):
            continue
        file = File()
        cases = list(cases_of(info, file, skipped))
        if not cases:
            continue
        total += len(cases)
        stem = f"{kind}_{name}_{variant}".replace("/", "_").rstrip("_")
        file.write(folder / f"{stem}.safetensors")
        whole = {"name": name, "variant": variant, "kind": kind, "aten": aten, "cases": cases}
        whole["overloads"] = overloads_of(name, aten) if kind == "operator" else []
        (folder / f"{stem}.json").write_text(json.dumps(whole, separators=(",", ":")))
    (folder / "skipped.txt").write_text("\n".join(skipped))
    print(f"{total} samples, {len(skipped)} left out (see skipped.txt)")


main(*sys.argv[1:])
