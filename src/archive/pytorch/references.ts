/**
 * How the classes and functions in a TorchScript file build upon each other: libtorch compiles what a definition names
 * while it compiles the definition, so a long enough chain of them ends the process.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

/** Modules lie in each other a dozen deep; each step takes several kilobytes of libtorch's stack. */
const mostChained = 200;
/** More definitions than any program has. */
const mostDefinitions = 100_000;

/** A class or function at the top of a file, or a method, and the names that it mentions. */
interface Definition {
  readonly name: string;
  /** Of a method its class. */
  readonly of?: string;
  readonly mentions: Set<string>;
}

/**
 * Refuses code whose definitions build upon each other too often.
 *
 * @param sources The code by its module's dotted name, such as `__torch__.torch.nn`. libtorch finds files whatever the
 * case of their names.
 * @param bad Throws the error.
 */
export function checkReferences(sources: ReadonlyMap<string, string>, bad: Bad): void {
  const definitions = new Map<string, Definition>();
  for (const [module, code] of sources) {
    for (const definition of definitionsIn(module, code)) {
      const known = definitions.get(definition.name);
      // Two names may differ by capitals alone.
      if (known !== undefined) definition.mentions.forEach((one) => known.mentions.add(one));
      else definitions.set(definition.name, definition);
      if (definitions.size > mostDefinitions) {
        bad(`its code defines more than ${mostDefinitions} classes and functions`);
      }
    }
  }
  const targets = new Map<string, string[]>();
  for (const { name, of, mentions } of definitions.values()) {
    const found = new Set<string>();
    for (const mention of mentions) {
      const method = of === undefined ? "" : `${of}.${mention.slice(mention.lastIndexOf(".") + 1)}`;
      const target = definitions.has(method) ? method : resolve(mention, definitions);
      // A class that is being defined is not defined again for its own methods.
      if (target !== undefined && target !== name && target !== of) found.add(target);
    }
    targets.set(name, [...found]);
  }
  if (longestChain(targets) > mostChained) {
    bad(
      `its code has more than ${mostChained} classes, functions and methods that build upon each other`,
    );
  }
}

/** What may lie between the parts of a name: the lines of an expression go on in brackets, with comments. */
const between = String.raw`(?:\s|#[^\n]*\n)*`;
const gaps = new RegExp(between, "g");
/** The beginning of a definition or, with a dot, a name: `__torch__.Net`, `self.body`, or the end of `(expression).body`. */
const marks = new RegExp(
  String.raw`^(?:class|def)[ \t]+(\w+)|^[ \t]+def[ \t]+(\w+)|` +
    String.raw`(?:\b[A-Za-z_]\w*|[)\]])(?:${between}\.${between}\w+)+`,
  "gm",
);

function definitionsIn(module: string, code: string): Definition[] {
  const found: Definition[] = [];
  const prefix = `${module.toLowerCase()}.`;
  let top: Definition | undefined;
  let mentions = new Set<string>();
  const define = (name: string, of?: string): Definition => {
    mentions = new Set();
    const made = { name, of, mentions };
    found.push(made);
    return made;
  };
  for (const [text, name, method] of code.replaceAll(/\\\r?\n/g, " ").matchAll(marks)) {
    if (name !== undefined) top = define(prefix + name.toLowerCase());
    else if (method !== undefined) {
      // Its class compiles all methods that it has.
      const full = `${top?.name ?? ""}.${method.toLowerCase()}`;
      top?.mentions.add(full);
      define(full, top?.name);
    } else mentions.add(text.replaceAll(gaps, "").toLowerCase());
  }
  return found;
}

/** The definition that a dotted name means: it, or the class that it is a part of. */
function resolve(mention: string, definitions: ReadonlyMap<string, unknown>): string | undefined {
  for (let name = mention; name.includes("."); name = name.slice(0, name.lastIndexOf("."))) {
    if (definitions.has(name)) return name;
  }
  return undefined;
}

/**
 * The length of the longest chain, where all members of a circle count: the strongly connected components, by Tarjan's
 * algorithm, come out after those that they lead to. By hand: recursion would be as deep as the chain.
 */
function longestChain(targets: ReadonlyMap<string, readonly string[]>): number {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const lengths = new Map<string, number>();
  const open: string[] = [];
  let longest = 0;
  for (const start of targets.keys()) {
    if (order.has(start)) continue;
    const path: { name: string; next: number }[] = [];
    const enter = (name: string): void => {
      order.set(name, order.size);
      low.set(name, order.size - 1);
      open.push(name);
      path.push({ name, next: 0 });
    };
    enter(start);
    while (path.length > 0) {
      const top = path[path.length - 1];
      const others = targets.get(top.name)!;
      if (top.next < others.length) {
        const other = others[top.next++];
        if (!order.has(other)) enter(other);
        // One that is not measured yet lies on the way here.
        else if (!lengths.has(other)) {
          low.set(top.name, Math.min(low.get(top.name)!, order.get(other)!));
        }
        continue;
      }
      path.pop();
      const own = low.get(top.name)!;
      const above = path.at(-1);
      if (above !== undefined) low.set(above.name, Math.min(low.get(above.name)!, own));
      if (own !== order.get(top.name)) continue;
      const circle = open.splice(open.lastIndexOf(top.name));
      let beyond = 0;
      for (const name of circle) {
        for (const other of targets.get(name)!) beyond = Math.max(beyond, lengths.get(other) ?? 0);
      }
      for (const name of circle) lengths.set(name, beyond + circle.length);
      longest = Math.max(longest, beyond + circle.length);
    }
  }
  return longest;
}
