/**
 * The small architectures by the names of their classes.
 *
 * @module
 */

import type { AnyTable } from "../../base/options.ts";
import type { Classifier } from "../../nn/mod.ts";
import { SMALL_CNN_OPTIONS, SmallCnn, type SmallCnnOptions } from "./cnn.ts";
import { SMALL_MIXER_OPTIONS, SmallMixer, type SmallMixerOptions } from "./mixer.ts";
import { Mlp, MLP_OPTIONS, type MlpOptions } from "./mlp.ts";
import { SMALL_RESNET_OPTIONS, SmallResNet, type SmallResNetOptions } from "./resnet.ts";
import { SMALL_VIT_OPTIONS, SmallVit, type SmallVitOptions } from "./vit.ts";

/** An architecture that is made from options alone. */
export interface SmallModel {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** Makes the model with fresh weights; checks the options itself. */
  readonly build: (options: never) => Classifier;
}

/** The small architectures by the names of their classes. */
export const SMALL_MODELS: Readonly<Record<string, SmallModel>> = {
  Mlp: { options: MLP_OPTIONS, build: (options: MlpOptions) => new Mlp(options) },
  SmallCnn: {
    options: SMALL_CNN_OPTIONS,
    build: (options: SmallCnnOptions) => new SmallCnn(options),
  },
  SmallMixer: {
    options: SMALL_MIXER_OPTIONS,
    build: (options: SmallMixerOptions) => new SmallMixer(options),
  },
  SmallResNet: {
    options: SMALL_RESNET_OPTIONS,
    build: (options: SmallResNetOptions) => new SmallResNet(options),
  },
  SmallVit: {
    options: SMALL_VIT_OPTIONS,
    build: (options: SmallVitOptions) => new SmallVit(options),
  },
};
