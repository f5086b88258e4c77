/**
 * The classes and functions that PyTorch's own safe loader takes, beside those that make tensors.
 *
 * @module
 */

import type { DType } from "../../base/dtypes.ts";
import type { Bad } from "../file_reader.ts";
import { Callable, describe, Instance, type PickleValue } from "../pickle/values.ts";
import { checkCode } from "./code.ts";
import { storageClasses } from "./storage_classes.ts";
import { checkTupleType } from "./tuple_types.ts";
import { Complex, DTypeValue, Named, StorageType, TensorType } from "./values.ts";

/** Longer than the type of any list or dict. */
const mostTypeLength = 2 ** 16;

/** A class of a program. That of an enum is called with the enum's value alone. */
export function programClass(name: string): Callable {
  return new Callable(name, (args) => new Instance(name, args), true);
}

/** Element types and the classes of storages and tensors; they have no arguments that could be wrong. */
export function torchName(name: string): PickleValue | undefined {
  const match = /^torch\.(?:cuda\.|storage\.)?(\w+)$/.exec(name);
  const last = match?.[1] ?? "";
  for (const [dtype, storage] of Object.entries(storageClasses)) {
    if (name === `torch.${dtype}`) return new DTypeValue(dtype as DType);
    if (last !== "" && last === storage) return new StorageType(dtype as DType);
  }
  if (last === "UntypedStorage" || last === "TypedStorage") return new StorageType(null);
  const quantized = quantizedStorages.get(name);
  if (quantized !== undefined) return new StorageType(quantized);
  if (tensorTypes.test(name)) return new TensorType(name);
  return plainNames.test(name) ? new Named(name) : undefined;
}

/** The classes of storages of quantized tensors, with the types that they are stored as. */
const quantizedStorages: ReadonlyMap<string, DType> = new Map([
  ["torch.QInt8Storage", "int8"],
  ["torch.QUInt8Storage", "uint8"],
  ["torch.QInt32Storage", "int32"],
  ["torch.QUInt4x2Storage", "uint8"],
  ["torch.QUInt2x4Storage", "uint8"],
]);

const tensorTypes = new RegExp(
  "^torch\\.(Tensor|nn\\.(parameter\\.)?Parameter|nn\\.parameter\\.Buffer|" +
    "(cuda\\.)?(sparse\\.)?(Double|Float|BFloat16|Half|Long|Int|Short|Char|Byte|Bool)Tensor)$",
);

/** Ways to quantize, and element types that no tensor here has. */
const plainNames = new RegExp(
  "^torch\\.(per_(tensor|channel)_\\w+|u?int[1-7]|bits\\d\\w*|qint(8|32)|quint(8|4x2|2x4)|float4_e2m1fn_x2)$",
);

/** The classes of containers and plain values. */
export function containers(bad: Bad): Callable[] {
  const items = (name: string, args: PickleValue[]): PickleValue[] => {
    const [first = []] = args;
    if (args.length <= 1 && Array.isArray(first)) return first;
    return bad(`its pickle makes a ${name} of ${describe(first)}`);
  };
  const part = (value: PickleValue = 0): number =>
    typeof value === "number"
      ? value
      : bad(`its pickle makes a complex number of ${describe(value)}`);
  const both = (name: string, make: (args: PickleValue[]) => PickleValue): Callable[] => [
    new Callable(`builtins.${name}`, make),
    new Callable(`__builtin__.${name}`, make),
  ];
  return [
    new Callable("collections.OrderedDict", (args) => {
      const pairs = items("dict", args);
      if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
        bad("its pickle makes a dict of something else than pairs");
      }
      return new Map(pairs as [PickleValue, PickleValue][]);
    }),
    // A dict of counts, as in the state of torch's MultiStepLR.
    new Callable("collections.Counter", (args) => {
      const [counts = new Map()] = args;
      if (args.length <= 1 && counts instanceof Map) return counts;
      return bad(`its pickle makes a Counter of ${describe(counts)}`);
    }),
    new Callable("torch.serialization._get_layout", ([name]) => {
      if (typeof name !== "string") return bad("its pickle has a layout that is not named by text");
      return new Named(name);
    }),
    new Callable("torch.Size", (args) => [...items("torch.Size", args)]),
    new Callable("torch.device", ([type, index]) => {
      if (typeof type !== "string") return bad("its pickle has a device that is not named by text");
      return typeof index === "number" ? `${type}:${index}` : type;
    }),
    // How protocol 2 stores bytes.
    new Callable("_codecs.encode", ([text, coding]) => {
      if (typeof text !== "string" || coding !== "latin1") {
        return bad("its pickle has bytes that are not stored as Latin-1 text");
      }
      return latin1(text);
    }),
    ...both("set", (args) => new Set(items("set", args))),
    ...both("frozenset", (args) => new Set(items("set", args))),
    ...both("bytes", (args) => bytes(args, bad)),
    ...both("bytearray", (args) => bytes(args, bad)),
    ...both("complex", ([real, imaginary]) => new Complex(part(real), part(imaginary))),
  ];
}

/** The functions by which TorchScript says what type a list or dict is of. */
export function lists(bad: Bad): Callable[] {
  const first = ([value, ...more]: PickleValue[]): PickleValue =>
    value === undefined || more.length > 1 ? bad("its pickle has a list without items") : value;
  const typed = (args: PickleValue[]): PickleValue => {
    // libtorch parses the type.
    const [, type] = args;
    if (typeof type === "string") {
      if (type.length > mostTypeLength) bad(`its pickle has a type of ${type.length} characters`);
      checkCode(new TextEncoder().encode(type), bad);
      checkTupleType(type, bad);
    }
    return first(args);
  };
  return [
    ...["build_intlist", "build_doublelist", "build_boollist", "build_tensorlist"].map((name) =>
      new Callable(`torch.jit._pickle.${name}`, first)
    ),
    new Callable("torch.jit._pickle.restore_type_tag", typed),
  ];
}

function latin1(text: string): Uint8Array {
  const values = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = text.charCodeAt(i);
  return values;
}

function bytes(args: PickleValue[], bad: Bad): PickleValue {
  if (args.length === 0) return new Uint8Array(0);
  if (args.length === 1 && args[0] instanceof Uint8Array) return args[0];
  // How protocol 2 stores a bytearray.
  if (args.length === 2 && typeof args[0] === "string" && /^latin-?1$/.test(String(args[1]))) {
    return latin1(args[0]);
  }
  return bad(`its pickle makes bytes of ${describe(args[0])}`);
}
