/**
 * How the classes and functions in a TorchScript file build upon each other: libtorch compiles what a definition names
 * while it compiles the definition, so a long enough chain of them ends the process.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";
import type { DefinitionStart } from "./code.ts";
import { between, checkTuples, type DefinitionText } from "./tuple_types.ts";

/** Modules lie in each other a dozen deep; each step takes several kilobytes of libtorch's stack, and more if it is nested. */
const mostChained = 200;
/** What is nested so deep takes as much as another step. */
const nestedPerStep = 10;
/** More definitions than any program has. */
const mostDefinitions = 100_000;

/** A class or function at the top of a file, or a method, and the names that it mentions. */
interface Definition {
  readonly name: string;
  /** The class, for a method. */
  readonly of?: string;
  /** How many steps it counts for. */
  steps: number;
  readonly mentions: Set<string>;
}

/** Code, one character for each of its bytes, and where its definitions begin. */
export interface Source {
  readonly code: string;
  readonly definitions: readonly DefinitionStart[];
}

/**
 * Refuses code whose definitions build upon each other too often.
 *
 * @param sources The code by its module's dotted name, such as `__torch__.torch.nn`. libtorch finds files whatever the
 * case of their names.
 * @param bad Throws the error.
 */
export function checkReferences(sources: ReadonlyMap<string, Source>, bad: Bad): void {
  const definitions = new Map<string, Definition>();
  const texts: DefinitionText[] = [];
  for (const [module, source] of sources) {
    for (const definition of definitionsIn(module, source, texts)) {
      const known = definitions.get(definition.name);
      // Two names may differ by capitals alone.
      if (known !== undefined) {
        definition.mentions.forEach((one) => known.mentions.add(one));
        known.steps = Math.max(known.steps, definition.steps);
      } else definitions.set(definition.name, definition);
      if (definitions.size > mostDefinitions) {
        bad(`its code defines more than ${mostDefinitions} classes and functions`);
      }
    }
  }
  const targets = new Map<string, string[]>();
  for (const { name, of, mentions } of definitions.values()) {
    const found = new Set<string>();
    const add = (target: string | undefined): void => {
      // A class that is being defined is not defined again for its own methods.
      if (target !== undefined && target !== name && target !== of) found.add(target);
    };
    for (const mention of mentions) {
      add(resolve(mention, definitions));
      if (of === undefined) continue;
      for (const word of mention.split(".")) {
        if (definitions.has(`${of}.${word}`)) add(`${of}.${word}`);
      }
    }
    targets.set(name, [...found]);
  }
  const stepsOf = (name: string): number => definitions.get(name)!.steps;
  if (longestChain(targets, stepsOf) > mostChained) {
    bad(
      `its code has more classes, functions and methods that build upon each other, or more deeply nested ones, ` +
        "than any program that was exported",
    );
  }
  checkTuples(texts, bad);
}

const gaps = new RegExp(between, "g");
/** A word, or several with dots: `__torch__.Net`, `self.body`. */
const names = new RegExp(String.raw`\w+(?:${between}\.${between}\w+)*`, "g");

function definitionsIn(
  module: string,
  { code, definitions }: Source,
  texts: DefinitionText[],
): Definition[] {
  const found: Definition[] = [];
  const prefix = `${module.toLowerCase()}.`;
  let top: Definition | undefined;
  /** Stands for all methods of the class. */
  let all: Definition | undefined;
  /** How far the function around the next one is indented, if there is one. */
  let outer = Infinity;
  for (const [i, { at, indent, nested }] of definitions.entries()) {
    const text = code.slice(at, definitions[i + 1]?.at).replaceAll(/\\\r?\n/g, " ").toLowerCase();
    const [, kind, name] = /^(class|def)\s+(\w+)/.exec(text) ?? [];
    if (name === undefined) continue;
    const of = kind === "def" && indent > 0 ? top?.name : undefined;
    const made: Definition = {
      name: of === undefined ? prefix + name : `${of}.${name}`,
      of,
      steps: 1 + Math.floor(nested / nestedPerStep),
      mentions: new Set(Array.from(text.matchAll(names), ([one]) => one.replaceAll(gaps, ""))),
    };
    found.push(made);
    const isInner = kind === "def" && indent > outer;
    if (!isInner) outer = kind === "def" ? indent : Infinity;
    texts.push({ name: made.name, text, isInner });
    // A class compiles all methods that it has.
    if (of !== undefined) top!.mentions.add(made.name);
    else {
      top = made;
      all = { name: `${made.name}.*`, of: made.name, steps: 0, mentions: new Set() };
      found.push(all);
    }
    if (of === undefined) continue;
    // By a text with escapes, any of them may be meant.
    all!.mentions.add(made.name);
    if (text.includes("getattr") && text.includes("\\")) made.mentions.add(all!.name);
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
function longestChain(
  targets: ReadonlyMap<string, readonly string[]>,
  stepsOf: (name: string) => number,
): number {
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
      let steps = 0;
      for (const name of circle) {
        steps += stepsOf(name);
        for (const other of targets.get(name)!) beyond = Math.max(beyond, lengths.get(other) ?? 0);
      }
      for (const name of circle) lengths.set(name, beyond + steps);
      longest = Math.max(longest, beyond + steps);
    }
  }
  return longest;
}
