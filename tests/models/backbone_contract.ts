/**
 * What every architecture of the registry promises, whatever its family.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import type { Backbone } from "../../src/models/backbone.ts";
import type { BuildOptions, ModelEntry } from "../../src/models/entry.ts";
import { entry } from "../../src/models/registry.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device } from "../helpers.ts";

/** What a test knows of an architecture. */
export interface Contract {
  /** The entries of the family. */
  readonly family: readonly ModelEntry[];
  /** One of them that is built and run. */
  readonly name: string;
  /** The side of the images that it is run with. */
  readonly size: number;
  /** The sides of its stages' maps for images of that size. */
  readonly sides: readonly number[];
  /** A narrow network that stands for it, where it is too large for a test. */
  readonly narrow?: Pick<ModelEntry, "build" | "featureDim">;
  /** What it is built with beside, such as the size of the images. */
  readonly options?: Partial<BuildOptions>;
}

/** Asserts that the registry has the family, and that the named one keeps the promises of a backbone. */
export function assertContract(contract: Contract): void {
  const { family, name, size, sides, options } = contract;
  for (const own of family) assertEquals(entry(own.name), own);
  const narrow = builtWith(contract.narrow ?? entry(name), options);
  const { build, featureDim } = narrow;
  using model = build({ numClasses: 5 });
  model.to(device).eval();
  assertEquals([model.featureDim, model.numClasses], [featureDim, 5]);
  torch.noGrad(() => {
    const images = torch.randn([2, 3, size, size], { device });
    const before = images.clone();
    const { stages, features } = model.forwardStages(images);
    assertEquals(
      stages.map((map) => map.shape),
      model.stageDims.map((dim, i) => [2, dim, sides[i], sides[i]]),
    );
    assertEquals(features.shape, [2, featureDim]);
    assertClose(model.features(images), features);
    const logits = model.forward(images);
    assertEquals(logits.shape, [2, 5]);
    assertClose(model.head.forward(features), logits);
    assertClose(model.forward(images.narrow(0, 1, 1)), logits.narrow(0, 1, 1), { atol: 1e-4 });
    assertEquals(images.equal(before), true, "the images are left as they were");
  });
  assertTrainsAfterInference(model, size);
  assertThrows(
    () => model.forward(torch.zeros([2, 4, size, size], { device })),
    ApprenticeError,
  );
  assertWithoutHead(narrow, size);
  assertOptions(narrow);
}

/** Asserts that a pass in inference mode leaves nothing behind that training cannot use. */
function assertTrainsAfterInference(model: Backbone, size: number): void {
  const images = torch.randn([2, 3, size, size], { device });
  torch.inferenceMode(() => torch.scope(() => void model.forward(images)));
  torch.scope(() => model.forward(images).sum().backward());
  model.zeroGrad();
}

type Built = NonNullable<Contract["narrow"]>;

/** The same, always built with some options beside. */
function builtWith<T extends Pick<ModelEntry, "build">>(
  entry: T,
  beside: Partial<BuildOptions> = {},
): T {
  return { ...entry, build: (options) => entry.build({ ...beside, ...options }) };
}

function assertWithoutHead({ build, featureDim }: Built, size: number): void {
  using model = build({ numClasses: 0, inChannels: 1, dropout: 0.5 });
  model.to(device).eval();
  assertEquals(model.numClasses, 0);
  assertEquals(model.head.parameters().length, 0);
  torch.noGrad(() => {
    const images = torch.randn([1, 1, size, size], { device });
    const logits = model.forward(images);
    assertEquals(logits.shape, [1, featureDim]);
    assertClose(model.features(images), logits);
  });
}

function assertOptions({ build }: Built): void {
  const wrong: [Parameters<typeof build>[0], string][] = [
    [{ numClasses: -1 }, "numClasses"],
    [{ numClasses: 1.5 }, "numClasses"],
    [{ numClasses: 2, inChannels: 0 }, "inChannels"],
    [{ numClasses: 2, dropout: 1 }, "dropout"],
    [{ numClasses: 2, dropout: NaN }, "dropout"],
    [{ numClasses: 2, dropPath: -0.1 }, "dropPath"],
  ];
  for (const [options, named] of wrong) {
    const error = assertThrows(() => build(options), ArgumentError);
    assertStringIncludes(error.message, named);
  }
}

/** Asserts that dropout and stochastic depth are at work in training, and in training only. */
export function assertRandomParts(
  name: string,
  size: number,
  given: Pick<ModelEntry, "build"> | Partial<BuildOptions> = {},
): void {
  const { build } = "build" in given ? given : builtWith(entry(name), given);
  for (const part of [{ dropout: 0.5 }, { dropPath: 0.9 }]) {
    using model = build({ numClasses: 3, dropout: 0, dropPath: 0, ...part });
    model.to(device);
    const images = torch.randn([4, 3, size, size], { device });
    const varies = (training: boolean): boolean => {
      model.train(training);
      return torch.noGrad(() => !model.forward(images).equal(model.forward(images)));
    };
    assert(varies(true), `${Object.keys(part)} in training`);
    assert(!varies(false), `${Object.keys(part)} in evaluation`);
  }
}
