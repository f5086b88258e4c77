/**
 * Compares timm's models as `tests/parity/foreign.py` wrote them, scripted, traced, frozen and in ONNX, with what PyTorch
 * computed: outputs, and what each module returned.
 *
 * ```sh
 * python tests/parity/foreign.py FOLDER
 * deno run -A tests/parity/foreign.ts FOLDER [NAME ...]
 * ```
 */

import { findTap } from "../../src/teachers/onnx_taps.ts";
import { readOnnxGraph, withOutputs } from "../../src/teachers/onnx_graph.ts";
import { ortRuntime } from "../../src/teachers/onnx_runtime.ts";
import { fromOrt, openSession, toOrt } from "../../src/teachers/onnx_session.ts";
import * as torch from "../../src/torch/mod.ts";

type Tensors = Record<string, torch.Tensor>;

/** What came of the modules of a file. */
interface Result {
  /** The worst difference of the output, as a part of its largest value. */
  readonly output: number;
  /** Modules whose result is PyTorch's, is refused or not there, and is another one. */
  readonly same: number;
  readonly refused: number;
  readonly wrong: readonly string[];
}

const [folder, ...only] = Deno.args;
const runtime = await ortRuntime();

function difference(value: torch.Tensor, expected: torch.Tensor): number {
  // In the file it may lie with its channels last, where a change of order was merged with the next one.
  const turned = value.ndim === 4 && value.shape.join() !== expected.shape.join()
    ? value.permute(0, 3, 1, 2)
    : value;
  if (turned.shape.join() !== expected.shape.join()) return Infinity;
  const largest = Math.max(1e-6, expected.abs().max().item() as number);
  return (turned.sub(expected).abs().max().item() as number) / largest;
}

/** The modules that were called once, with what they returned. */
function modulesOf(want: Tensors): [string, torch.Tensor][] {
  return Object.entries(want).flatMap(([key, value]) => {
    const name = /^(.*)#0$/.exec(key)?.[1];
    return name === undefined || want[`${name}#1`] !== undefined ? [] : [[name, value]];
  });
}

function ofScript(path: string, want: Tensors): Result {
  using model = torch.loadScript(path);
  model.eval();
  const known = modulesOf(want).filter(([name]) => model.modules.includes(name));
  const wrong: string[] = [];
  let same = 0;
  return torch.noGrad(() => {
    const { output, returned } = model.observe(known.map(([name]) => name), want.x);
    for (const [name, expected] of known) {
      const [value] = returned[name];
      const tensor = Array.isArray(value) ? value[0] : value;
      if (!(tensor instanceof torch.Tensor)) continue;
      if (difference(tensor, expected) < 1e-4) same++;
      else wrong.push(name);
    }
    const refused = modulesOf(want).length - same - wrong.length;
    const first = Array.isArray(output) ? output[0] : output;
    return { output: difference(first as torch.Tensor, want.y), same, refused, wrong };
  });
}

function ofOnnx(path: string, want: Tensors): Result {
  let bytes = Deno.readFileSync(path);
  const graph = readOnnxGraph(bytes, path);
  const found = new Map<string, string>();
  for (const [name] of modulesOf(want)) {
    try {
      found.set(name, findTap(graph, name, path));
    } catch {
      // Refused.
    }
  }
  const outputs = new Set(found.values());
  bytes = withOutputs(bytes, [...outputs].filter((name) => !graph.outputs.includes(name)));
  const session = openSession(runtime, path, bytes, { threads: 1 });
  const wanted = Object.fromEntries(["y", ...outputs].map((name) => [name, null]));
  const computed = session.run({ x: toOrt(want.x) }, wanted, {});
  session.dispose();
  const value = (name: string) => fromOrt(computed[name], name, path);
  const wrong = [...found].flatMap(([name, tensor]) =>
    difference(value(tensor), want[`${name}#0`]) < 1e-3 ? [] : [name]
  );
  const same = found.size - wrong.length;
  const refused = modulesOf(want).length - found.size;
  return { output: difference(value("y"), want.y), same, refused, wrong };
}

let faults = 0;
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .flatMap((name) => name.endsWith(".safetensors") ? [name.slice(0, -12)] : []).sort();
for (const name of names.filter((name) => only.length === 0 || only.includes(name))) {
  for (const way of ["script", "trace", "frozen", "older", "dynamo"]) {
    const path = `${folder}/${name}.${way}.${["older", "dynamo"].includes(way) ? "onnx" : "pt"}`;
    try {
      Deno.statSync(path);
    } catch {
      continue;
    }
    torch.scope(() => {
      const want = torch.loadSafetensors(`${folder}/${name}.safetensors`);
      const { output, same, refused, wrong } = (path.endsWith(".pt") ? ofScript : ofOnnx)(
        path,
        want,
      );
      if (!(output < 1e-4) || wrong.length > 0) faults++;
      console.log(
        `${name.padEnd(32)}${way.padEnd(8)}output ${
          output.toExponential(1)
        }, modules ${same} the same, ` +
          `${refused} refused, ${wrong.length} wrong ${wrong.slice(0, 5).join(" ")}`,
      );
    });
  }
}
console.log(faults === 0 ? "No faults." : `${faults} faults.`);
if (faults > 0) Deno.exit(1);
