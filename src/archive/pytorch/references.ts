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

/** A class or function at the top of a file, and the names that it mentions. */
interface Definition {
  readonly name: string;
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
      definitions.set(definition.name, definition);
      if (definitions.size > mostDefinitions) {
        bad(`its code defines more than ${mostDefinitions} classes and functions`);
      }
    }
  }
  const targets = new Map<string, string[]>();
  for (const { name, mentions } of definitions.values()) {
    const found = new Set<string>();
    for (const mention of mentions) {
      const target = resolve(mention, definitions);
      if (target !== undefined && target !== name) found.add(target);
    }
    targets.set(name, [...found]);
  }
  if (longestChain(targets) > mostChained) {
    bad(`its code has more than ${mostChained} classes and functions that build upon each other`);
  }
}

function definitionsIn(module: string, code: string): Definition[] {
  const found: Definition[] = [];
  const prefix = `${module.toLowerCase()}.`;
  const marks = /^(?:class|def)[ \t]+(\w+)|\b[A-Za-z_]\w*(?:\s*\.\s*\w+)+/gm;
  let mentions = new Set<string>();
  for (const [text, name] of code.replaceAll(/\\\r?\n/g, " ").matchAll(marks)) {
    if (name === undefined) mentions.add(text.replaceAll(/\s/g, "").toLowerCase());
    else {
      mentions = new Set();
      found.push({ name: prefix + name.toLowerCase(), mentions });
    }
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
