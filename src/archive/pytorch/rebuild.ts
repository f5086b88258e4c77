/**
 * The functions by which PyTorch's pickles describe tensors (`torch/_utils.py`).
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";
import { Callable, describe, Ignored, type PickleValue } from "../pickle/values.ts";
import { checkArrangement } from "./arrangement.ts";
import { type StoredDType, storedDTypes } from "./dtypes.ts";
import { DTypeValue, PickledTensor, Storage, TensorType } from "./values.ts";

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
  const tensor = (args: PickleValue[], dtype?: StoredDType): PickledTensor => {
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
    if (storage.bytes % storedDTypes[element].bytes !== 0) {
      bad(`a storage of ${storage.bytes} bytes is not made of elements of ${element}`);
    }
    checkArrangement(arrangement, storage.bytes, bad, checkOnly ? Infinity : undefined);
    return new PickledTensor(storage, arrangement);
  };
  /** Marks of tensors that are to be read as the conjugate or the negative of what is stored. */
  const checkMarks = (marks: PickleValue | undefined): void => {
    if (checkOnly || !(marks instanceof Map)) return;
    for (const name of ["conj", "neg"]) {
      if (marks.get(name)) bad(`a tensor is stored as a ${name} view; store a clone() of it`);
    }
  };
  const v2 = new Callable("torch._utils._rebuild_tensor_v2", (args) => {
    checkMarks(args[6]);
    return tensor(args);
  });
  const v3 = new Callable("torch._utils._rebuild_tensor_v3", (args) => {
    const dtype = args[6];
    if (!(dtype instanceof DTypeValue)) bad(`a tensor's dtype is ${describe(dtype ?? null)}`);
    checkMarks(args[7]);
    return tensor(args, dtype.dtype);
  });
  const parameter = (args: PickleValue[]): PickledTensor => {
    const data = args[0];
    return data instanceof PickledTensor
      ? data
      : bad(`a parameter's data is ${describe(data ?? null)}, not a tensor`);
  };
  const fromType = new Callable("torch._tensor._rebuild_from_type_v2", (args) => {
    const [build, type, given] = args;
    if (!(build instanceof Callable) || !(type instanceof TensorType) || !Array.isArray(given)) {
      return bad("a tensor with attributes is not described as PyTorch does");
    }
    const made = build.apply(given);
    return made instanceof PickledTensor ? made : bad(`a tensor is ${describe(made)}`);
  });
  const quantized = new Callable("torch._utils._rebuild_qtensor", (args) => {
    tensor(args);
    return new Ignored("a quantized tensor");
  });
  return [
    ...(kind === "saved" ? [] : [quantized]),
    new Callable("torch._utils._rebuild_tensor", (args) => tensor(args)),
    v2,
    v3,
    new Callable("torch._utils._rebuild_parameter", parameter),
    new Callable("torch._utils._rebuild_parameter_with_state", parameter),
    fromType,
  ];
}

function sizes(value: PickleValue | undefined, what: string, bad: Bad): number[] {
  if (
    Array.isArray(value) && value.length <= 64 &&
    value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0)
  ) return value as number[];
  return bad(`a tensor's ${what} is not made of a few whole numbers`);
}
