/**
 * A teacher that votes by a linear classifier on the frozen features of a public model.
 *
 * @module
 */

import { join } from "node:path";
import { say } from "../base/progress.ts";
import { fingerprint, type Spec } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import { Loader } from "../data/loader.ts";
import { inAll } from "../distill/processes.ts";
import { featuresOf, linearProbe } from "../evaluation/mod.ts";
import { init, Linear } from "../nn/mod.ts";
import { peers } from "../nn/sharers.ts";
import { predictive, type PredictiveFromFunction } from "../teachers/predictive.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { OnDemand, type Weights } from "../teachers/weights.ts";
import * as torch from "../torch/mod.ts";
import { RunFolder } from "./folder.ts";
import { plain } from "./plain.ts";
import type { ProbeRecipe } from "./probe_recipe.ts";
import type { DataOpener } from "./open_data.ts";

/** Where classifiers are kept. */
export interface ProbePlaces {
  /** The folder. */
  readonly cache: string;
  /** Opens the images. */
  readonly opener: DataOpener;
  /** Where the entry is in the recipe. */
  readonly at: string;
}

/** What the classifier is kept in. */
const FILE = "probe.safetensors";

/** Images at once: the maps of large images stay in the processor's cache. */
const BATCH = 16;

/**
 * Makes a teacher vote: trains a linear classifier on its features of labelled images, or finds it in the cache by what
 * decides it. The features of these images are computed once.
 *
 * @param backbone A teacher that gives features; the new one asks it.
 * @param labels What else a predictive teacher is told of its classes.
 */
export async function probedTeacher(
  backbone: Teacher,
  probe: ProbeRecipe,
  { cache, opener, at }: ProbePlaces,
  labels: Partial<PredictiveFromFunction> = {},
): Promise<Teacher> {
  const known = await opener.labelled(probe.data, `${at}.probe.data`);
  const { name: _, ...made } = backbone.spec() as Record<string, Spec>;
  const pixels = await new Loader(known, { batchSize: BATCH, views: 1 }).pixelSpec();
  const key = fingerprint([made, pixels, probe.l2 ?? null, VERSION]);
  const folder = await RunFolder.at(join(cache, `probe-${key}`));
  const path = folder.path(FILE);
  // Processes with caches of their own may have it or not; they look at the images together.
  if (!inAll(folder.has(FILE), peers())) {
    say(`${backbone.name}: a linear classifier on its features of ${known.length} images`);
    const run = (pixels: torch.Tensor) => backbone.run(pixels).features;
    using seen = await featuresOf(run, known, { batchSize: BATCH }).catch((error) => {
      backbone.release();
      throw error;
    });
    const numClasses = known.classNames!.length;
    using trained = linearProbe(seen, { numClasses, ...plain({ l2: probe.l2 }) });
    const { weight, bias } = trained.classifier;
    // Which model it is of is in the file, so that the file's checksum stands for the teacher.
    const metadata = { backbone: JSON.stringify(made), l2: String(trained.l2) };
    torch.saveSafetensors(path, { weight, bias: bias! }, metadata);
  }
  const head = new OnDemand(() => headIn(path));
  return predictive({
    name: backbone.name,
    view: backbone.view ?? undefined,
    weights: new WithHead(backbone.weights, head),
    featureDim: backbone.featureDim,
    numClasses: known.classNames!.length,
    classNames: known.classNames,
    facts: { ...backbone.facts, source: folder.root },
    run: (images) =>
      torch.scope(() => {
        const { features } = backbone.see(images);
        return { features, logits: head.get().forward(features) };
      }),
    ...labels,
  });
}

/** The classifier in a file. */
function headIn(path: string): Linear {
  return torch.noGrad(() =>
    torch.scope(() => {
      const { weight, bias } = torch.loadSafetensors(path);
      const [numClasses, width] = weight.shape;
      // No initial values are drawn, so that nobody's random numbers change.
      const linear = init.skipped(() => new Linear(width, numClasses));
      linear.weight.copy_(weight);
      linear.bias!.copy_(bias);
      return linear;
    })
  );
}

/** A backbone that is loaded when it is needed, and its classifier. */
class WithHead implements Weights {
  readonly #backbone: Weights | null;
  readonly #head: OnDemand<Linear>;

  constructor(backbone: Weights | null, head: OnDemand<Linear>) {
    this.#backbone = backbone;
    this.#head = head;
  }

  get loaded(): boolean {
    return this.#backbone?.loaded ?? this.#head.loaded;
  }

  get beforeLoad(): (() => void) | null {
    return this.#backbone?.beforeLoad ?? null;
  }

  set beforeLoad(make: (() => void) | null) {
    if (this.#backbone !== null) this.#backbone.beforeLoad = make;
  }

  release(): void {
    this.#backbone?.release();
    this.#head.release();
  }
}
