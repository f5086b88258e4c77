/**
 * All that a pickle of PyTorch may name. What is not here is refused by its name.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";
import { type Bad, quote } from "../file_reader.ts";
import type { Cursor } from "../pickle/cursor.ts";
import { type Limits, unpickle } from "../pickle/unpickler.ts";
import { Ignored, type PickleValue } from "../pickle/values.ts";
import { containers, lists, programClass, torchName } from "./allowed.ts";
import { type PickleKind, rebuilders } from "./rebuild.ts";

/** What acts on the machine when Python calls it: a file that names such a thing was made to do harm. */
const harmful = new RegExp(
  "^(os|posix|nt|subprocess|pty|shutil|socket|sys|ctypes|runpy|importlib|imp|code|webbrowser|pickle|marshal|timeit|" +
    "pdb|cProfile)\\.|^(builtins|__builtin__)\\.(eval|exec|execfile|compile|open|input|getattr|setattr|__import__|" +
    "apply|globals|breakpoint|file)$",
);

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
    if (this.#kind !== "saved" && name.startsWith("__torch__.")) return programClass(name);
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
      `Save it anew without ${it}, or leave such values out with the option { ignore: [${shown}] }. ${safe}`,
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
