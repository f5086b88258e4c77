/**
 * A model as an ONNX file, in memory.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkView } from "../../data/check_view.ts";
import type { View } from "../../data/view.ts";
import type { Classifier } from "../../nn/mod.ts";
import { scope } from "../../torch/mod.ts";
import type { ImageSize } from "../input_size.ts";
import { outputsOf } from "../outputs.ts";
import { type TracedModel, traceModel } from "../trace_model.ts";
import { onnxBytes } from "./bytes.ts";
import { convert } from "./convert.ts";
import { GraphBuilder, type OnnxPort } from "./graph.ts";
import { halfWeights } from "./half_weights.ts";
import type { OnnxPackages } from "./packages.ts";
import { addView } from "./pixels.ts";

/** What a file is to have. */
export interface OnnxContent {
  /** Whether the features come out, too. */
  readonly features: boolean;
  /** Whether weights are kept in half precision. */
  readonly float16: boolean;
  /** Strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file in memory. */
export interface OnnxContents {
  /** The bytes of the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is fed. */
  readonly inputs: readonly OnnxPort[];
  /** What can be fetched. */
  readonly outputs: readonly OnnxPort[];
}

/**
 * Makes a file for each of several views, from one trace of the model.
 *
 * @param views What pixels go through first; null if the images are given as the network wants them.
 * @throws {UntranslatedError} if an operator of the model has no translation.
 * @throws As {@linkcode traceModel} does.
 */
export function onnxOf(
  packages: OnnxPackages,
  model: Classifier,
  size: ImageSize,
  content: OnnxContent,
  views: readonly (View | null)[],
): OnnxContents[] {
  return scope(() => {
    const traced = traceModel(model, size, (images) => outputsOf(model, images, content.features));
    using _ = traced.trace;
    return views.map((view) => fileOf(packages, model, size, content, view, traced));
  });
}

function fileOf(
  packages: OnnxPackages,
  model: Classifier,
  size: ImageSize,
  { features, float16, metadata }: OnnxContent,
  view: View | null,
  traced: TracedModel,
): OnnxContents {
  const input: OnnxPort = view === null
    ? { name: "images", dtype: "float32", shape: ["batch", ...size] }
    : { name: "pixels", dtype: "uint8", shape: ["batch", "height", "width", 3] };
  const graph = new GraphBuilder(input.name);
  const images = view === null ? input.name : addView(graph, input.name, checked(view, size));
  const tensors = new Map([...model.namedParameters(), ...model.namedBuffers()]);
  const results = convert({ traced, tensors, graph, images });
  const classifies = model.numClasses > 0;
  if (classifies && view !== null) results[0] = graph.add("Softmax", [results[0]], { axis: -1 });
  const score = view === null ? "logits" : "probabilities";
  const names = [...(classifies ? [score] : []), ...(features || !classifies ? ["features"] : [])];
  // What a graph returns has a name of its own, whatever computed it.
  names.forEach((name, i) => graph.name("Identity", [results[i]], name));
  const outputs = traced.trace.outputs.map((id, i): OnnxPort => ({
    name: names[i],
    dtype: "float32",
    shape: traced.batch.shapes.get(id)!.map((dim) => typeof dim === "number" ? dim : "batch"),
  }));
  const half = float16 ? halfWeights(graph.initializers) : null;
  const inputs = [input];
  const bytes = onnxBytes(packages, {
    name: model.recipe?.architecture ?? model.constructor.name,
    nodes: [...(half?.casts ?? []), ...graph.nodes],
    initializers: half?.initializers ?? graph.initializers,
    inputs,
    outputs,
    metadata,
  });
  return { bytes, inputs, outputs };
}

function checked(view: View, [channels, ...sides]: ImageSize): View {
  checkView(view);
  if (view.mean.length === channels && view.size.every((side, i) => side === sides[i])) return view;
  throw new ArgumentError(
    `The view gives images of ${view.mean.length} channels and ${
      view.size.join(" x ")
    } pixels, and the model is ` +
      `exported for ${channels} channels and ${sides.join(" x ")} pixels.`,
  );
}
