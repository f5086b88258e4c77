/**
 * Cards that are none, which write down what they are told: see `pretended_streams.cpp`. A process has them from its
 * start on, so what is to use them is a process of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { locate } from "../../../ffi/locate.ts";
import {
  compileArguments,
  compilerCandidates,
  findCompiler,
  linkArguments,
  rpathOf,
} from "../../../src/setup/compiler.ts";

/** Whether libtorch here is one that cards can be pretended for: another has its own. */
export function canPretend(): boolean {
  const path = locate().libtorch?.path;
  if (path === undefined || Deno.build.os !== "linux") return false;
  try {
    Deno.statSync(`${path}/lib/libtorch_cuda.so`);
    return false;
  } catch {
    return true;
  }
}

/** Compiles the cards into a folder; returns the library's path. */
export async function pretendedStreams(folder: string): Promise<string> {
  const libtorch = locate().libtorch!;
  const { command: [program, ...first] } = await findCompiler(compilerCandidates());
  const source = fileURLToPath(new URL("pretended_streams.cpp", import.meta.url));
  const library = `${folder}/pretended_streams.so`;
  // Speed is of no use here, and optimizing takes its time.
  const flags = compileArguments(libtorch).map((flag) => flag === "-O2" ? "-O0" : flag);
  const steps = [
    [...flags, "-o", `${library}.o`, source],
    linkArguments(libtorch, [`${library}.o`], library, rpathOf(libtorch, false)),
  ];
  for (const step of steps) {
    const { code, stderr } = await new Deno.Command(program, { args: [...first, ...step] })
      .output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr).slice(-4000));
  }
  return library;
}

/** Runs a script with the cards; returns what it printed, as JSON. */
export async function runPretending(script: string, library: string): Promise<unknown> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL(script, import.meta.url)), library],
    env: { LD_PRELOAD: library },
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr).slice(-4000));
  return JSON.parse(new TextDecoder().decode(stdout));
}
