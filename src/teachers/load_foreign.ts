/**
 * Teachers of models that are programs by themselves: TorchScript and ONNX.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { View } from "../data/view.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import { loadScript } from "../torch/script.ts";
import type { ScriptModule } from "../torch/script_module.ts";
import type { Tensor } from "../torch/tensor.ts";
import { descriptive } from "./descriptive.ts";
import type { Place } from "./find_place.ts";
import type { ForeignClassifier, ForeignModel } from "./foreign_model.ts";
import { classifierOfOnnx, featuresOfOnnx } from "./from_onnx.ts";
import { classifierOfScript, featuresOfScript } from "./from_script.ts";
import { labelOptionsOf } from "./label_options.ts";
import type { LoadTeacherOptions } from "./load_options.ts";
import { OnnxModel } from "./onnx.ts";
import { wholeNumberView } from "./onnx_input.ts";
import { ortRuntime } from "./onnx_runtime.ts";
import { predictive } from "./predictive.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import { OnDemand } from "./weights.ts";

/** ImageNet's, which most publishers' are. */
const USUAL: Pick<View, "mean" | "std"> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** A teacher of a TorchScript file. */
export function fromScript(place: Place, options: LoadTeacherOptions): Teacher {
  const { device = "cpu", tap, logits, tokens } = options;
  const view = { size: [224, 224] as const, ...USUAL, ...options.view };
  const weights = new OnDemand<ScriptModule>(() => loadScript(place.path.name, { device }).eval());
  const taps = {
    tap,
    logits,
    tokens,
    imageShape: [view.mean.length, ...view.size] as const,
  };
  return fromForeign(
    place,
    options,
    view,
    weights,
    "TorchScript",
    (kind) =>
      kind === "predictive"
        ? classifierOfScript(() => weights.get(), taps)
        : featuresOfScript(() => weights.get(), taps),
  );
}

/** A teacher of an ONNX model. */
export async function fromOnnx(place: Place, options: LoadTeacherOptions): Promise<Teacher> {
  const { kind, tap, logits, tokens } = options;
  for (const [name, value] of Object.entries({ tap, logits })) {
    if (value === undefined || typeof value === "string") continue;
    throw new ArgumentError(`The ${name} of an ONNX model is a name, got ${typeof value}.`);
  }
  const runtime = await ortRuntime();
  const weights = new OnDemand(() =>
    new OnnxModel(runtime, place.path.name, {
      tap: tap as string | undefined,
      logits: logits as string | undefined ?? (kind === "predictive" ? true : undefined),
      tokens,
      imageSize: options.view?.size,
    })
  );
  const { imageShape: [channels, height, width], inputDType } = weights.get();
  const isWhole = !isFloatingPoint(inputDType);
  const { view: given } = options;
  let usual: Pick<View, "mean" | "std"> = USUAL;
  if (isWhole) {
    try {
      usual = wholeNumberView(place.path.name, inputDType, channels, given);
    } catch (error) {
      weights.release();
      throw error;
    }
  }
  const view = { ...usual, ...given, size: [height, width] as const };
  // Bytes that were resized as floats lie between whole numbers.
  const seen = (images: Tensor): Tensor => isWhole ? images.round().clamp(0, 255) : images;
  return fromForeign(place, options, view, weights, "ONNX", (kind) => {
    if (kind !== "predictive") {
      const model = featuresOfOnnx(() => weights.get());
      return { ...model, features: (images) => scope(() => model.features(seen(images))) };
    }
    const model = classifierOfOnnx(() => weights.get());
    return {
      ...model,
      features: (images) => scope(() => model.features(seen(images))),
      run: (images) => scope(() => model.run(seen(images))),
    };
  });
}

/** A teacher of a model that is a program by itself. */
function fromForeign(
  place: Place,
  options: LoadTeacherOptions,
  view: View,
  weights: OnDemand<Disposable>,
  architecture: string,
  make: (kind: Teacher["kind"]) => ForeignModel | ForeignClassifier,
): Teacher {
  const { kind = "descriptive" } = options;
  const facts: TeacherFacts = { source: place.spec, file: place.path.name, architecture };
  const common = { name: place.name, view, weights, facts };
  let model: ForeignModel | ForeignClassifier;
  try {
    model = make(kind);
  } finally {
    // It was loaded to be measured.
    weights.release();
  }
  const all = { ...common, ...model, facts: { ...facts, ...model.facts } };
  return "run" in all ? predictive({ ...labelOptionsOf(options), ...all }) : descriptive(all);
}
