/**
 * What a teacher needs, from a TorchScript module.
 *
 * @module
 */

import { ApprenticeError, ShapeError } from "../base/errors.ts";
import { checkImageDType } from "../data/image_dtypes.ts";
import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import type { ScriptModule } from "../torch/script_module.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { ForeignClassifier, ForeignModel } from "./foreign_model.ts";
import { nameOf, type ScriptPlace, takeTensors } from "./script_outputs.ts";
import { findPlace, type ScriptTap, type ScriptTaps } from "./script_taps.ts";
import { isChannelsLast, toFeatures } from "./to_features.ts";

/**
 * The features of a TorchScript module, for a descriptive teacher: `descriptive({ name, ...featuresOfScript(module, taps) })`.
 * Maps (B, D, H, W), or (B, H, W, D), are averaged over their rows and columns. Images are brought to the module's device
 * and dtype.
 *
 * @param module A module, in evaluation mode, or a function that gives it whenever it is needed.
 * @param taps Where the features are.
 * @throws {ArgumentError} if the taps lead to no tensor; the message says what is there.
 * @throws {ShapeError} if a tensor cannot be features.
 */
export function featuresOfScript(
  module: ScriptModule | (() => ScriptModule),
  taps: ScriptTaps,
): ForeignModel {
  const get = typeof module === "function" ? module : () => module;
  const { prepare, find, see } = looker(get(), taps);
  const place = find(taps.tap, "features") ?? forward;
  const { featureDim, pool } = measure(see, place, taps);
  return {
    features: (images) => scope(() => pool(takeTensors(get(), [place], prepare(images))[0])),
    featureDim,
    facts: { places: { features: nameOf(place), ...(taps.tokens && { tokens: taps.tokens }) } },
  };
}

/**
 * The features and logits of a TorchScript module, for a predictive teacher:
 * `predictive({ name, ...classifierOfScript(module, taps) })`. Without a tap the features are the logits, unless
 * `forward` returns some of both. A method that gives both is run once.
 *
 * @param module A module, in evaluation mode, or a function that gives it whenever it is needed.
 * @param taps Where features and logits are.
 * @throws {ArgumentError} if the taps lead to no tensor; the message says what is there.
 * @throws {ShapeError} if a tensor cannot be features or logits.
 */
export function classifierOfScript(
  module: ScriptModule | (() => ScriptModule),
  taps: ScriptTaps,
): ForeignClassifier {
  const get = typeof module === "function" ? module : () => module;
  const { prepare, find, see } = looker(get(), taps);
  const logitsAt = find(taps.logits, "logits") ?? forward;
  const found = find(taps.tap, "features");
  // Untold, they are what is called so in the result of forward, or the logits.
  const isTold = taps.tap !== undefined || (found !== undefined && found.at.length > 0);
  const featuresAt = isTold ? found! : logitsAt;
  const numClasses = see((own, image) => takeTensors(own, [logitsAt], image)[0].shape);
  if (numClasses.length !== 2) {
    throw new ShapeError(
      `Logits are of shape (B, numClasses); ${nameOf(logitsAt)} of ${get().path} is [${
        numClasses.join(", ")
      }].`,
    );
  }
  const { featureDim, pool } = measure(see, featuresAt, taps);
  const run = (images: Tensor): { features: Tensor; logits: Tensor } =>
    scope(() => {
      const [logits, tapped] = takeTensors(get(), [logitsAt, featuresAt], prepare(images));
      return { features: pool(tapped), logits };
    });
  return {
    run,
    featureDim,
    features: (images) => scope(() => run(images).features),
    numClasses: numClasses[1],
    facts: {
      places: {
        features: nameOf(featuresAt),
        logits: nameOf(logitsAt),
        ...(taps.tokens && { tokens: taps.tokens }),
      },
    },
  };
}

const forward: ScriptPlace = { method: "forward", at: [] };

/** Runs something on a module and a black image, without gradients. */
type See = <T>(body: (own: ScriptModule, image: Tensor) => T) => T;

/** What looks at a module. */
function looker(own: ScriptModule, { imageShape }: ScriptTaps): {
  prepare: (images: Tensor) => Tensor;
  find: (tap: ScriptTap | undefined, what: "features" | "logits") => ScriptPlace | undefined;
  see: See;
} {
  const prepare = preparer(own, imageShape);
  const see: See = (body) =>
    noGrad(() => scope(() => body(own, prepare(zeros([1, ...imageShape])))));
  const find = (tap: ScriptTap | undefined, what: "features" | "logits") =>
    findPlace(own, tap, what, (look) => see((_, image) => look(own.forward(image))));
  return { prepare, find, see };
}

/** Brings images to where the module's weights are, and makes them what those are. */
function preparer(
  module: ScriptModule,
  imageShape: ScriptTaps["imageShape"],
): (images: Tensor) => Tensor {
  const target = scope((): { device?: Device; dtype: DType } | undefined => {
    const weights = Object.values(module.stateDict());
    const weight = weights.find(({ dtype }) => isFloatingPoint(dtype));
    return weight && { device: weight.device, dtype: weight.dtype };
  }) ?? { dtype: frozenDType(module, imageShape) };
  return (images) => {
    checkImageDType(images, module.path);
    return images.to(target);
  };
}

/** The dtype that a module takes whose weights cannot be seen, since they are constants of its code. */
function frozenDType(module: ScriptModule, imageShape: ScriptTaps["imageShape"]): DType {
  if (!module.methods.includes("forward")) return "float32";
  for (const dtype of ["float32", "float16", "bfloat16", "float64"] as const) {
    try {
      noGrad(() => scope(() => void module.forward(zeros([1, ...imageShape], { dtype }))));
      return dtype;
    } catch (error) {
      if (!(error instanceof ApprenticeError)) throw error;
    }
  }
  // What is wrong is told when it is run.
  return "float32";
}

/** How wide the features at a place are for one image, and how they are made of what is there. */
function measure(
  see: See,
  place: ScriptPlace,
  { tokens, imageShape }: ScriptTaps,
): { featureDim: number; pool: (tapped: Tensor) => Tensor } {
  return see((own, image) => {
    const [tapped] = takeTensors(own, [place], image);
    const channelsLast = isChannelsLast(tapped.shape, imageShape);
    const pool = (maps: Tensor): Tensor => toFeatures(maps, tokens, channelsLast);
    return { featureDim: pool(tapped).shape[1], pool };
  });
}
