/**
 * The functions by which PyTorch's pickles describe tensors (`torch/_utils.py`).
 *
 * @module
 */

import { type DType, dtypes } from "../../base/dtypes.ts";
import type { Bad } from "../file_reader.ts";
import { Callable, describe, type PickleValue } from "../pickle/values.ts";
import { checkArrangement } from "./arrangement.ts";
import {
  DTypeValue,
  Named,
  PickledTensor,
  Storage,
  TensorType,
  UnreadableTensor,
} from "./values.ts";

/**
 * What a pickle is of: a file of `torch.save`; a TorchScript archive whose weights are read here, where the objects of
 * its own classes are inert; or one that libtorch is going to read, whose tensors alone are looked at.
 */
export type PickleKind = "saved" | "script" | "program";

/**
 * The functions by their full names.
 *
 * @param bad Throws the error for a tensor that is not sound.
 * @param kind What the pickle is of.
 */
export function rebuilders(bad: Bad, kind: PickleKind): Callable[] {
  // Then views that only libtorch can make are fine.
  const checkOnly = kind === "program";
  type Made = PickledTensor | UnreadableTensor;
  const tensor = (args: PickleValue[], dtype?: DType): PickledTensor => {
    const [storage, offset, shape, strides] = args;
    if (!(storage instanceof Storage)) {
      return bad(`a tensor's storage is ${describe(storage ?? null)}`);
    }
    const element = dtype ?? storage.dtype ?? "uint8";
    const arrangement = {
      dtype: element,
      shape: sizes(shape, "shape", bad),
      strides: sizes(strides, "strides", bad),
      offset: sizes([offset ?? null], "offset", bad)[0],
    };
    if (storage.bytes % dtypes[element].bytes !== 0) {
      bad(`a storage of ${storage.bytes} bytes is not made of elements of ${element}`);
    }
    checkArrangement(arrangement, storage.bytes, bad, checkOnly ? Infinity : undefined);
    return new PickledTensor(storage, arrangement);
  };
  /** Marks of tensors that are to be read as the conjugate or the negative of what is stored. */
  const marked = (made: PickledTensor, marks: PickleValue | undefined): Made => {
    if (checkOnly || !(marks instanceof Map)) return made;
    const name = ["conj", "neg"].find((one) => marks.get(one));
    if (name === undefined) return made;
    return new UnreadableTensor(
      `is stored as a ${name} view, which cannot be read; store a clone()`,
    );
  };
  const v2 = new Callable(
    "torch._utils._rebuild_tensor_v2",
    (args) => marked(tensor(args), args[6]),
  );
  const v3 = new Callable("torch._utils._rebuild_tensor_v3", (args) => {
    const dtype = args[6];
    if (dtype instanceof DTypeValue) return marked(tensor(args, dtype.dtype), args[7]);
    if (!(dtype instanceof Named)) return bad(`a tensor's dtype is ${describe(dtype ?? null)}`);
    return new UnreadableTensor(`has the dtype ${dtype.what}, which there is not here`);
  });
  const parameter = (args: PickleValue[]): Made => {
    const data = args[0];
    return isMade(data)
      ? data
      : bad(`a parameter's data is ${describe(data ?? null)}, not a tensor`);
  };
  const fromType = new Callable("torch._tensor._rebuild_from_type_v2", (args) => {
    const [build, type, given] = args;
    if (!(build instanceof Callable) || !(type instanceof TensorType) || !Array.isArray(given)) {
      return bad("a tensor with attributes is not described as PyTorch does");
    }
    const made = build.apply(given);
    return isMade(made) ? made : bad(`a tensor is ${describe(made)}`);
  });
  const quantized = new Callable("torch._utils._rebuild_qtensor", (args) => {
    tensor(args);
    return new UnreadableTensor("is quantized, which cannot be read; store its dequantize()");
  });
  return [
    quantized,
    ...(checkOnly ? [] : others(bad)),
    new Callable("torch._utils._rebuild_tensor", (args) => tensor(args)),
    v2,
    v3,
    new Callable("torch._utils._rebuild_parameter", parameter),
    new Callable("torch._utils._rebuild_parameter_with_state", parameter),
    fromType,
  ];
}

function isMade(value: PickleValue | undefined): value is PickledTensor | UnreadableTensor {
  return value instanceof PickledTensor || value instanceof UnreadableTensor;
}

/** Tensors of kinds that there are not here. libtorch's own reader of programs must not see them unchecked. */
function others(bad: Bad): Callable[] {
  const unreadable = (name: string, why: (args: PickleValue[]) => string): Callable =>
    new Callable(`torch._utils._rebuild_${name}`, (args) => new UnreadableTensor(why(args)));
  return [
    unreadable(
      "sparse_tensor",
      ([layout]) =>
        `is sparse (${
          layout instanceof Named ? layout.what : "of an unknown layout"
        }), which cannot be read; store its to_dense()`,
    ),
    unreadable("nested_tensor", () => "is nested, which cannot be read; store its parts"),
    unreadable(
      "meta_tensor_no_storage",
      () => "was stored from the device meta, without its values",
    ),
    unreadable("wrapper_subclass", () => "is of a class of its own, which cannot be read"),
    unreadable("device_tensor_from_numpy", () => "was stored by NumPy, which cannot be read"),
    new Callable(
      "torch._utils._rebuild_device_tensor_from_cpu_tensor",
      ([data]) =>
        isMade(data)
          ? data
          : bad(`a tensor of another device is stored as ${describe(data ?? null)}`),
    ),
  ];
}

function sizes(value: PickleValue | undefined, what: string, bad: Bad): number[] {
  if (
    Array.isArray(value) && value.length <= 64 &&
    value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0)
  ) return value as number[];
  return bad(`a tensor's ${what} is not made of a few whole numbers`);
}
