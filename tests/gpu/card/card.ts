/**
 * A card that is none, for machines without one: the device `"cuda"` of a libtorch for the processor. It computes on the
 * processor; what it has of a card is that tensors lie on it or do not, that it counts what the processor would wait for, and
 * that `device !== "cpu"` is true. `card.cpp` is compiled the first time. To be imported before anything uses libtorch.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { locate } from "../../../ffi/locate.ts";
import { getRngState, setRngState } from "../../../src/torch/random.ts";
import { keep } from "../../../src/torch/scope.ts";
import { whileRecording } from "../../../src/torch/waits.ts";
import type { GraphEngine } from "../../../src/train/graph_engine.ts";
import {
  compileArguments,
  compilerCandidates,
  findCompiler,
  linkArguments,
  rpathOf,
} from "../../../src/setup/compiler.ts";

const symbols = {
  card_insert: { parameters: [], result: "void" },
  card_forbid: { parameters: ["i32"], result: "void" },
  card_record: { parameters: [], result: "void" },
  card_recorded: { parameters: [], result: "i32" },
  card_replay: { parameters: ["i32"], result: "i32" },
  card_forget: { parameters: ["i32"], result: "void" },
  card_waits: { parameters: ["buffer", "i32"], result: "i32" },
} as const;

/** Compiles the card, unless that was done, and returns where it is. */
async function build(): Promise<string> {
  const { library, libtorch } = locate();
  if (library === null || libtorch === undefined) throw new Error("Run `deno task setup` first.");
  const source = fileURLToPath(new URL("card.cpp", import.meta.url));
  const parts = [await Deno.readTextFile(source), libtorch.path, libtorch.version];
  const bytes = new TextEncoder().encode(parts.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
  // Beside the library, where whoever cleans up finds it.
  const file = `${library.slice(0, library.lastIndexOf("/"))}/card-${hash}.so`;
  try {
    await Deno.stat(file);
    return file;
  } catch {
    // Not yet.
  }
  const { command: [program, ...first] } = await findCompiler(compilerCandidates());
  const own = `${file}.${Deno.pid}`;
  // Speed is of no use here, and optimizing takes its time.
  const flags = compileArguments(libtorch).map((flag) => flag === "-O2" ? "-O0" : flag);
  const steps = [
    [...first, ...flags, "-o", `${own}.o`, source],
    [...first, ...linkArguments(libtorch, [`${own}.o`], own, rpathOf(libtorch, false))],
  ];
  for (const args of steps) {
    const { code, stderr } = await new Deno.Command(program, { args }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr).slice(-4000));
  }
  await Deno.remove(`${own}.o`);
  await Deno.rename(own, file);
  return file;
}

const card = Deno.dlopen(await build(), symbols).symbols;
card.card_insert();

/** What the processor waited for since this was asked last, with how often. */
export function takeWaits(): Record<string, number> {
  const text = new Uint8Array(1 << 16);
  const length = card.card_waits(text, text.length);
  const lines = new TextDecoder().decode(text.subarray(0, length)).split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => {
    const [what, count] = line.split("\t");
    return [what, Number(count)];
  }));
}

/** Runs `body` with every wait an error, whose stack says where it is. */
export function forbidWaits<R>(body: () => R): R {
  card.card_forbid(1);
  try {
    return body();
  } finally {
    card.card_forbid(0);
  }
}

/** Records the pretended card's work: what is written to is put back at the end, as if nothing had been computed. */
export const graphs: GraphEngine = {
  warm: (work) => work(),
  record(body) {
    // Nothing is drawn while it is recorded either.
    const drawn = keep(getRngState());
    card.card_record();
    let result;
    try {
      result = whileRecording(body);
    } catch (error) {
      card.card_forget(card.card_recorded());
      throw error;
    }
    const graph = card.card_recorded();
    setRngState(drawn);
    drawn.dispose();
    if (graph < 0) throw new Error("What was written to could not be put back.");
    return {
      result,
      graph: {
        replay() {
          if (card.card_replay(graph) < 0) throw new Error("The replay failed.");
        },
        [Symbol.dispose]: () => card.card_forget(graph),
      },
    };
  },
};
