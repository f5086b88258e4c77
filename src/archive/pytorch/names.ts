/**
 * All that a pickle of PyTorch may name. What is not here is refused by its name.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import { type Bad, quote } from "../file_reader.ts";
import type { Cursor } from "../pickle/cursor.ts";
import { type Limits, unpickle } from "../pickle/unpickler.ts";
import { Callable, describe, Ignored, Instance, type PickleValue } from "../pickle/values.ts";
import { checkCode } from "./code.ts";
import { type StoredDType, storedDTypes } from "./dtypes.ts";
import { type PickleKind, rebuilders } from "./rebuild.ts";
import { DTypeValue, StorageType, TensorType } from "./values.ts";

/** What acts on the machine when Python calls it: a file that names such a thing was made to do harm. */
const harmful = new RegExp(
  "^(os|posix|nt|subprocess|pty|shutil|socket|sys|ctypes|runpy|importlib|imp|code|webbrowser|pickle|marshal|timeit|" +
    "pdb|cProfile)\\.|^(builtins|__builtin__)\\.(eval|exec|execfile|compile|open|input|getattr|setattr|__import__|" +
    "apply|globals|breakpoint|file)$",
);

/** Longer than the type of any list or dict. */
const mostTypeLength = 2 ** 16;

/** So many unknown names are told at once. */
const mostTold = 8;

/** What the names in a file's pickles stand for. */
export class Names {
  readonly #path: string;
  readonly #bad: Bad;
  readonly #kind: PickleKind;
  readonly #ignored: ReadonlySet<string>;
  readonly #known = new Map<string, PickleValue>();
  readonly #refused = new Set<string>();

  /**
   * Takes the file, what throws the error for one that is not sound, what its pickles are of, and classes whose
   * objects are to be left out.
   */
  constructor(path: string, bad: Bad, kind: PickleKind = "saved", ignore: readonly string[] = []) {
    this.#path = path;
    this.#bad = bad;
    this.#kind = kind;
    this.#ignored = new Set(ignore);
    const own = kind === "saved" ? [] : lists(bad);
    for (const each of [...containers(bad), ...rebuilders(bad, kind), ...own]) {
      this.#known.set(each.what, each);
    }
  }

  /**
   * Reads a pickle of the file.
   *
   * @param cursor The pickle's bytes.
   * @param persistent The value that lies outside of the pickle under an id; absent where there is none.
   * @param limits What it may take.
   * @throws {FormatError} if it is not sound, or asks for names that are refused.
   */
  read(
    cursor: Cursor,
    persistent?: (id: PickleValue) => PickleValue,
    limits?: Limits,
  ): PickleValue {
    const find = (name: string): PickleValue => this.#find(name);
    try {
      return unpickle(cursor, { find, persistent }, this.#bad, limits);
    } finally {
      // What else is wrong may come of them.
      if (this.#refused.size > 0) this.#refuse();
    }
  }

  /** The value of a name. For one that is refused something inert, so that all of them can be told. */
  #find(name: string): PickleValue {
    const found = this.#known.get(name) ?? torchName(name);
    if (found !== undefined) return found;
    if (this.#kind !== "saved") {
      const dtype = quantized.get(name);
      if (dtype !== undefined) return new StorageType(dtype);
      if (name.startsWith("__torch__.")) return programClass(name);
      if (/^torch\.per_(tensor|channel)_\w+$/.test(name)) return new Ignored(name);
    }
    if (this.#kind === "program" && !harmful.test(name)) {
      // libtorch knows or refuses it, but for this it would have to be checked here.
      if (/_rebuild_/.test(name)) this.#bad(`its pickle makes a tensor by ${quote(name)}`);
      return programClass(name);
    }
    if (!this.#ignored.has(name)) {
      this.#refused.add(name);
      if (this.#refused.size >= mostTold || harmful.test(name)) this.#refuse();
    }
    return new Ignored(name);
  }

  #refuse(): never {
    const names = [...this.#refused];
    this.#refused.clear();
    refuse(this.#path, names);
  }
}

/** A class of a program. That of an enum is called with the enum's value alone. */
function programClass(name: string): Callable {
  return new Callable(name, (args) => new Instance(name, args), true);
}

/** Element types and the classes of storages and tensors; they have no arguments that could be wrong. */
function torchName(name: string): PickleValue | undefined {
  const match = /^torch\.(?:cuda\.|storage\.)?(\w+)$/.exec(name);
  const last = match?.[1] ?? "";
  for (const [dtype, { storage }] of Object.entries(storedDTypes)) {
    if (name === `torch.${dtype}`) return new DTypeValue(dtype as StoredDType);
    if (last !== "" && last === storage) return new StorageType(dtype as StoredDType);
  }
  if (last === "UntypedStorage") return new StorageType(null);
  return tensorTypes.has(name) ? new TensorType() : undefined;
}

/** The classes of storages of quantized tensors, with the types that they are stored as. */
const quantized: ReadonlyMap<string, StoredDType> = new Map([
  ["torch.QInt8Storage", "int8"],
  ["torch.QUInt8Storage", "uint8"],
  ["torch.QInt32Storage", "int32"],
]);

const tensorTypes = new Set([
  "torch.Tensor",
  "torch.nn.Parameter",
  "torch.nn.parameter.Parameter",
  "torch.nn.parameter.Buffer",
]);

function containers(bad: Bad): Callable[] {
  const items = (name: string, args: PickleValue[]): PickleValue[] => {
    const [first = []] = args;
    if (args.length <= 1 && Array.isArray(first)) return first;
    return bad(`its pickle makes a ${name} of ${describe(first)}`);
  };
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
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    }),
    ...both("set", (args) => new Set(items("set", args))),
    ...both("frozenset", (args) => new Set(items("set", args))),
    ...both("bytes", (args) => bytes(args, bad)),
    ...both("bytearray", (args) => bytes(args, bad)),
  ];
}

/** The functions by which TorchScript says what type a list or dict is of. */
function lists(bad: Bad): Callable[] {
  const first = ([value, ...more]: PickleValue[]): PickleValue =>
    value === undefined || more.length > 1 ? bad("its pickle has a list without items") : value;
  const typed = (args: PickleValue[]): PickleValue => {
    // libtorch parses the type.
    const [, type] = args;
    if (typeof type === "string") {
      if (type.length > mostTypeLength) bad(`its pickle has a type of ${type.length} characters`);
      checkCode(new TextEncoder().encode(type), bad);
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

function bytes(args: PickleValue[], bad: Bad): PickleValue {
  if (args.length === 0) return new Uint8Array(0);
  if (args.length === 1 && args[0] instanceof Uint8Array) return args[0];
  return bad(`its pickle makes bytes of ${describe(args[0])}`);
}

function refuse(path: string, names: readonly string[]): never {
  const safe =
    `In Python, torch.save(model.state_dict(), path) writes a file of tensors and plain values only.`;
  const harm = names.find((name) => harmful.test(name));
  if (harm !== undefined) {
    throw new FormatError(
      `${path} asks for ${
        quote(harm)
      }, which is code to run and not data: whoever made it may mean harm. ` +
        `Nothing of it was run here; do not load it in Python either. ${safe}`,
    );
  }
  const shown = names.map(quote).join(", ");
  const [what, it] = names.length === 1
    ? ["is not a tensor or plain container", "it"]
    : ["are not tensors or plain containers", "them"];
  throw new FormatError(
    `${path} holds ${shown}, which ${what}; only these are read, and no code ever runs. ` +
      `Save it anew without ${it}, or leave such values out with { ignore: [${shown}] }. ${safe}`,
  );
}

/** Checks the names to be left out. */
export function checkIgnore(ignore: readonly string[]): void {
  for (const name of ignore) {
    if (typeof name !== "string" || !/^[\w.]+\.[\w.]+$/.test(name)) {
      throw new ArgumentError(
        `What to ignore is a class by its full name in Python, such as "argparse.Namespace"; got ${
          quote(String(name))
        }.`,
      );
    }
  }
}
