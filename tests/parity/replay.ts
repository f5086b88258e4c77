/**
 * Calls what `operators.py` wrote of one operator, function or module, and compares.
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import {
  callByName,
  callLayer,
  callOperator,
  functionalOf,
  makeLayer,
  type Named,
  NoForm,
  type Value,
} from "./typed_calls.ts";

/** A value as the script wrote it. */
type Written = null | boolean | number | string | Written[] | {
  tensor?: string;
  grad?: boolean;
  float?: string;
  dtype?: string;
};

interface Case {
  dtype: string;
  training?: boolean;
  args?: Written[];
  kwargs?: Record<string, Written>;
  named?: Record<string, Written>;
  forward?: Record<string, Written>;
  state?: Record<string, Written>;
  outputs: Written[];
  grads: Written[] | null;
}

/** What came of the samples of one operator. */
export interface Report {
  samples: number;
  /** Samples that have no typed form. */
  absent: number;
  /** Samples of operators without a typed form, called by name. */
  byName: number;
  values: number;
  wrongValues: number;
  gradients: number;
  wrongGradients: number;
  refused: number;
  /** What went wrong or was refused, and how often. */
  notes: Map<string, number>;
}

/** One sample being called: its tensors, in PyTorch's order. */
class Sample {
  readonly wanted: Tensor[] = [];
  whole = false;
  integers = false;
  readonly #known = new Map<string, Tensor>();

  constructor(readonly tensors: Record<string, Tensor>) {}

  value(written: Written): Value {
    if (written === null || typeof written !== "object") return written;
    if (Array.isArray(written)) return written.map((item) => this.value(item));
    if (written.dtype !== undefined) return written.dtype;
    if (written.float !== undefined) {
      const number = Number(written.float);
      this.whole ||= Number.isInteger(number);
      return number;
    }
    const known = this.#known.get(written.tensor!);
    const tensor = known ?? this.tensors[written.tensor!].clone();
    this.#known.set(written.tensor!, tensor);
    this.integers ||= !torch.isFloatingPoint(tensor.dtype);
    if (written.grad) this.wanted.push(tensor.requiresGrad_());
    return tensor;
  }

  named(written: Record<string, Written>): Named {
    return Object.fromEntries(Object.entries(written).map(([key, v]) => [key, this.value(v)]));
  }
}

/** How close values must be. */
const tolerances: Record<string, [number, number]> = {
  float32: [2e-5, 2e-6],
  float64: [1e-9, 1e-11],
};

/** Says how two values differ; undefined if they do not. */
function difference(actual: unknown, expected: Value): string | undefined {
  if (!(expected instanceof torch.Tensor)) {
    const same = actual === expected || Number(actual) === Number(expected) ||
      Number.isNaN(Number(expected)) && Number.isNaN(Number(actual)) ||
      JSON.stringify(actual) === JSON.stringify(expected);
    return same ? undefined : `${actual} is not ${expected}`;
  }
  if (!(actual instanceof torch.Tensor)) return `${typeof actual} is no tensor`;
  if (actual.dtype !== expected.dtype) return `dtype ${actual.dtype} is not ${expected.dtype}`;
  if (String(actual.shape) !== String(expected.shape)) {
    return `shape [${actual.shape}] is not [${expected.shape}]`;
  }
  const [rtol, atol] = tolerances[expected.dtype] ?? [0, 0];
  const a = actual.detach().data();
  const e = expected.data();
  // Sums of many terms round by the largest of them.
  let largest = 0;
  for (const value of e) {
    const size = Math.abs(Number(value));
    if (size > largest && size < Infinity) largest = size;
  }
  const room = rtol > 0 ? atol + largest * rtol / 10 : 0;
  for (let i = 0; i < e.length; i++) {
    if (Object.is(a[i], e[i]) || a[i] === e[i]) continue;
    const [x, y] = [Number(a[i]), Number(e[i])];
    if (Math.abs(x - y) <= room + rtol * Math.abs(y)) continue;
    return "values differ";
  }
  return undefined;
}

const listOf = (value: unknown): unknown[] => Array.isArray(value) ? value : [value];
const flat = (value: unknown): Tensor[] =>
  listOf(value).flat(3).filter((v): v is Tensor => v instanceof torch.Tensor);

/** The weights of an output's elements that the script uses. */
function pattern(output: Tensor): Tensor {
  return torch.arange(output.numel, { dtype: "float64" }).cos().to(output.dtype).reshape([
    ...output.shape,
  ]);
}

/** The names that an operator may have here. */
function basesOf(name: string, aten: string): string[] {
  const short = name.replace("nn.functional.", "");
  return [...new Set([aten, short, short.replaceAll(".", "_")])];
}

/** What the script wrote of one operator, function or module. */
interface OperatorData {
  name: string;
  kind: string;
  aten: string;
  overloads?: string[];
  cases: Case[];
}

/** Calls the typed form, or else the operator by its name. */
function typedOr(
  report: Report,
  typed: () => unknown,
  overloads: readonly string[],
  args: Value[],
  kwargs: Named,
): unknown {
  try {
    return typed();
  } catch (error) {
    if (!(error instanceof NoForm)) throw error;
    const result = callByName(overloads, args, kwargs);
    report.byName++;
    return result;
  }
}

/** How a sample is called, and what is to be disposed of afterwards. */
function run(
  { name, kind, aten, overloads = [] }: OperatorData,
  one: Case,
  sample: Sample,
  report: Report,
): [() => unknown, Disposable?] {
  const bases = basesOf(name, aten);
  if (kind === "module") {
    const made = sample.named(one.named!);
    const layer = makeLayer(name.slice(3), made);
    layer.to({ dtype: one.dtype as torch.DType }).train(one.training);
    const given = sample.named(one.forward!);
    layer.loadStateDict(sample.named(one.state!) as Record<string, Tensor>);
    sample.wanted.push(...layer.parameters());
    return [() => callLayer(layer, made, given), layer];
  }
  if (one.named !== undefined) {
    const named = sample.named(one.named);
    const functional = functionalOf(name.slice("nn.functional.".length));
    if (functional !== undefined) return [() => functional(named)];
    return [() => typedOr(report, () => callOperator(bases, [], named), overloads, [], named)];
  }
  const args = one.args!.map((a) => sample.value(a));
  const kwargs = sample.named(one.kwargs!);
  return [() => typedOr(report, () => callOperator(bases, args, kwargs), overloads, args, kwargs)];
}

/** A report of nothing yet. */
export function emptyReport(): Report {
  return {
    samples: 0,
    absent: 0,
    byName: 0,
    values: 0,
    wrongValues: 0,
    gradients: 0,
    wrongGradients: 0,
    refused: 0,
    notes: new Map(),
  };
}

/** Calls all samples of one operator: `path` without its endings. */
export function replay(path: string): Report {
  const data: OperatorData = JSON.parse(Deno.readTextFileSync(`${path}.json`));
  const report = emptyReport();
  const note = (text: string): void => {
    report.notes.set(text, (report.notes.get(text) ?? 0) + 1);
  };
  torch.scope(() => {
    const tensors = torch.loadSafetensors(`${path}.safetensors`);
    for (const one of data.cases) {
      // Layers' weights outlive scopes.
      const made: Disposable[] = [];
      torch.scope(() => {
        report.samples++;
        const sample = new Sample(tensors);
        let result: unknown;
        try {
          const [call, layer] = run(data, one, sample, report);
          if (layer) made.push(layer);
          torch.manualSeed(42);
          result = call();
        } catch (error) {
          if (error instanceof NoForm) {
            report.absent++;
            return note(error.message);
          }
          report.refused++;
          return note(`${(error as Error).name}: ${(error as Error).message.split("\n")[0]}`);
        }
        compare(report, note, one, sample, result);
      });
      for (const layer of made) layer[Symbol.dispose]();
    }
  });
  return report;
}

function compare(
  report: Report,
  note: (text: string) => void,
  one: Case,
  sample: Sample,
  result: unknown,
): void {
  const expected = one.outputs.map((v) => new Sample(sample.tensors).value(v));
  const given = listOf(result);
  expected.forEach((value, i) => {
    report.values++;
    const problem = Array.isArray(value)
      ? value.map((v, j) => difference(listOf(given[i])[j], v)).find((p) => p)
      : difference(given[i], value);
    if (problem === undefined) return;
    report.wrongValues++;
    note(
      `WRONG ${problem}${
        sample.whole && sample.integers ? " (a whole float with whole numbers)" : ""
      }`,
    );
  });
  if (one.grads === null) return;
  const parts = flat(result).filter((t) => t.requiresGrad && torch.isFloatingPoint(t.dtype));
  if (parts.length === 0) return note("no gradient is recorded");
  let total = parts[0].mul(pattern(parts[0])).sum();
  for (const part of parts.slice(1)) total = total.add(part.mul(pattern(part)).sum());
  const wanted = sample.wanted;
  try {
    for (const tensor of wanted) if (tensor.isLeaf) tensor.grad = null;
    total.backward();
  } catch (error) {
    report.refused++;
    return note(`backward: ${(error as Error).message.split("\n")[0]}`);
  }
  one.grads.forEach((written, i) => {
    const grad = wanted[i]?.grad ?? null;
    if (written === null) return;
    report.gradients++;
    const right = new Sample(sample.tensors).value(written);
    const problem = grad === null ? "no gradient" : difference(grad, right);
    if (problem === undefined) return;
    report.wrongGradients++;
    note(`WRONG gradient: ${problem}`);
  });
}
