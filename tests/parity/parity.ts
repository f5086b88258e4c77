/**
 * Comparing a model with what its publisher's own code computed: see tests/golden/parity.py, which wrote it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { dialects } from "../../src/models/dialects/all.ts";
import { Backbone } from "../../src/models/backbone.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { compareExports, type ExportDifferences } from "./exports.ts";

/** What a golden file holds of one model beside tensors. */
interface Facts {
  size: number;
  batch: number;
  channels: number;
  /** What it was computed in; float32 if absent. */
  dtype?: torch.DType;
  /** The parameters' names, in order. */
  parameters: string[];
  /** Name and shape of everything in the state dict, in order. */
  state: string[];
}

/** The largest relative differences found, each the norm of a difference by the norm of what is right. */
export interface Differences {
  eval: number;
  features: number;
  dense: number;
  stages: number;
  train: number;
  statistics: number;
  gradients: number;
  /** The parameter whose gradient differs most. */
  worst: string;
  /** How far exported files are from the model itself. */
  exports?: ExportDifferences;
}

/** Numbers from -1 to 1 that depend on the name and the shape alone. */
export function uniform(name: string, shape: readonly number[]): torch.Tensor {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    seed = Math.imul(seed ^ byte, 0x01000193) >>> 0;
  }
  using generator = new torch.Generator(seed);
  return torch.scope(() => torch.rand(shape, { generator }).mul(2).sub(1));
}

/** What publishers keep in a state dict that follows from the size of windows. */
const COMPUTED = /relative_(position_index|coords_table)$/;

/** Gives every parameter and buffer the value that `fill` in parity.py gives it. */
export function fill(state: Readonly<Record<string, torch.Tensor>>): void {
  torch.noGrad(() => {
    for (const [name, tensor] of Object.entries(state)) {
      if (!torch.isFloatingPoint(tensor.dtype) || COMPUTED.test(name)) continue;
      torch.scope(() => tensor.copy_(valueOf(name, tensor.shape)));
    }
  });
}

function valueOf(name: string, shape: readonly number[]): torch.Tensor {
  const draw = uniform(name, shape);
  const last = name.split(".").at(-1)!;
  const numel = shape.reduce((a, b) => a * b, 1);
  if (last === "running_var") return draw.mul(0.5).add(1);
  if (shape.length >= 2 && numel > Math.max(...shape)) {
    return draw.mul(Math.sqrt(3 / (numel / shape[0])));
  }
  if (["weight", "gamma", "scale"].includes(last)) return draw.mul(0.1).add(1);
  return draw.mul(0.1);
}

/** The models that a golden file holds. */
export function goldenNames(path: string): string[] {
  return Object.keys(torch.loadSafetensorsMetadata(path));
}

type State = Readonly<Record<string, torch.Tensor>>;

/**
 * Compares our `model` with the record `name` of a golden file. Fails if names, shapes or their order differ;
 * differences of numbers are returned.
 *
 * @param published The publisher's names of a state dict's tensors, where they are not the model's own.
 */
export function compare(
  model: Classifier,
  path: string,
  name: string,
  seed = 0,
  published: (state: State) => State = (state) => state,
): Differences {
  return torch.scope(() => {
    const facts: Facts = JSON.parse(torch.loadSafetensorsMetadata(path)[name]);
    const all = torch.loadSafetensors(path);
    const golden = (key: string) => all[`${name}/${key}`];
    assertEquals(
      Object.entries(published(model.stateDict())).map(([key, t]) =>
        `${key} [${t.shape.join(", ")}]`
      ).sort(),
      [...facts.state].sort(),
    );
    assertEquals(
      Object.keys(published(Object.fromEntries(model.namedParameters())))
        .filter((key) => !COMPUTED.test(key)).sort(),
      [...facts.parameters].sort(),
    );
    fillBy(model, published);
    const { batch, channels, size, dtype = "float32" } = facts;
    model.to({ device, dtype });
    const images = uniform("images", [batch, channels, size, size]).mul(2).to({ device, dtype });
    const found: Differences = {
      eval: 0,
      features: 0,
      dense: 0,
      stages: 0,
      train: 0,
      statistics: 0,
      gradients: 0,
      worst: "",
    };
    torch.noGrad(() => {
      model.eval();
      found.eval = relative(model.forward(images), golden("eval"));
      if (golden("features")) found.features = relative(model.features(images), golden("features"));
      if (!(model instanceof Backbone)) return;
      if (golden("dense")) {
        found.dense = relative(summed(model.denseFeatures(images)), golden("dense"));
      }
      if (!golden("stages")) return;
      const { stages } = model.forwardStages(images);
      assertEquals(stages.map((map) => map.size(1)), [...model.stageDims]);
      // Convolutions round up, patches down; what patches do not tile may be made larger.
      for (const [i, reduction] of model.stageReductions.entries()) {
        const sides = [stages[i].size(2), size / reduction];
        assert(Math.abs(sides[0] - sides[1]) < 5, `stage ${i} is of ${sides[0]}, not ${sides[1]}`);
      }
      found.stages = relative(torch.cat(stages.map(summed), 1), golden("stages"));
    });
    model.train();
    model.zeroGrad();
    // The record is of numbers that a CPU draws.
    if (device !== "cpu") {
      if (draws(model, images)) return found;
      fillBy(model, published);
    }
    torch.manualSeed(seed);
    const output = model.forward(images);
    found.train = relative(output.detach(), golden("train"));
    output.mul(uniform("probe", output.shape).to(device)).sum().backward();
    const gradients = torch.noGrad(() => published(gradientsOf(model)));
    const norms = golden("norms").data() as Float64Array;
    const products = golden("products").data() as Float64Array;
    // A gradient that is zero in theory (of a bias before a normalization) is rounding noise: what differs is
    // measured against a millionth of the largest gradient at least.
    const floor = Math.max(...norms) * 1e-6;
    facts.parameters.forEach((key, i) => {
      const difference = torch.scope(() => {
        const gradient = gradients[key].to("cpu").to("float64");
        const whole = golden(`gradient.${key}`);
        const by = Math.max(norms[i], floor);
        if (whole) return gradient.sub(whole).norm().item() as number / by;
        const probe = uniform(`probe.${key}`, gradient.shape).to("float64");
        // The probe is uniform from -1 to 1, so a product is typically √(1/3) of the gradient's norm.
        const spread = Math.sqrt(1 / 3);
        const product = gradient.mul(probe).sum().item() as number;
        const norm = gradient.norm().item() as number;
        return Math.max(Math.abs(norm - norms[i]), Math.abs(product - products[i]) / spread) / by;
      });
      // NaN is larger than everything.
      if (!(difference <= found.gradients)) {
        found.gradients = difference;
        found.worst = key;
      }
    });
    const statistics = golden("statistics");
    if (statistics) {
      const buffers = torch.noGrad(() => published(model.stateDict()));
      const means = facts.state.map((line) => line.split(" ")[0])
        .filter((key) => key.endsWith("running_mean") || key.endsWith("running_var"))
        .map((key) => buffers[key].mean().reshape(1));
      found.statistics = relative(torch.cat(means), statistics);
    }
    model.zeroGrad();
    // Exported files have weights in float32.
    model.to("float32").to("cpu");
    found.exports = compareExports(model, [channels, size, size]);
    return found;
  });
}

/** Gives everything the value that it has by its publisher's names, some of which may be of several tensors of ours. */
function fillBy(model: Classifier, published: (state: State) => State): void {
  torch.noGrad(() =>
    torch.scope(() => {
      const own = model.stateDict();
      const state = Object.fromEntries(
        Object.entries(published(own)).map(([key, tensor]) => [key, tensor.clone()]),
      );
      fill(state);
      const [keys, names] = [state, own].map((one) => new Set(Object.keys(one)));
      const dialect = dialects.find((one) => one.recognizes(keys, names));
      model.loadStateDict(dialect?.translate(state) ?? state);
    })
  );
}

function gradientsOf(model: Classifier): State {
  return Object.fromEntries(
    model.namedParameters().map(([name, tensor]) => [name, tensor.grad ?? torch.zerosLike(tensor)]),
  );
}

/** Whether training draws numbers: to drop features or paths, say. Statistics are not as they were then. */
function draws(model: Classifier, images: torch.Tensor): boolean {
  const [one, other] = [1, 2].map((seed) => {
    torch.manualSeed(seed);
    return torch.noGrad(() => model.forward(images));
  });
  return relative(one, other.to("cpu")) > 1e-3;
}

/** A sum over the places of a map, each with a weight of its own: see `summed` in timm_parity.py. */
function summed(map: torch.Tensor): torch.Tensor {
  const weights = uniform("places", map.shape.slice(2)).to({
    device: map.device,
    dtype: map.dtype,
  });
  return map.mul(weights).sum([2, 3]);
}

function relative(actual: torch.Tensor, expected: torch.Tensor): number {
  assertEquals(actual.shape, expected.shape);
  const a = actual.detach().to("cpu").to("float64");
  const e = expected.to("float64");
  return (a.sub(e).norm().item() as number) / Math.max(1e-30, e.norm().item() as number);
}

/** Asserts what every architecture promises: all differences at most 1e-5 (float32). */
export function assertParity(found: Differences, limit = 1e-5): void {
  for (
    const part of [
      "eval",
      "features",
      "dense",
      "stages",
      "train",
      "statistics",
      "gradients",
    ] as const
  ) {
    assert(
      found[part] <= limit,
      `${part} differs by ${found[part]}${part === "gradients" ? ` at ${found.worst}` : ""}`,
    );
  }
}
