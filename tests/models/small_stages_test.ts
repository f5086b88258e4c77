/** The stages of the small models. */

import { assert, assertEquals } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import { SMALL_MODELS } from "../../src/models/small/all.ts";
import { stageEnds } from "../../src/models/parts/token_stages.ts";
import type * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const tokens = { numClasses: 3, channels: 3, imageSize: 8, patchSize: 2, dim: 6 };

interface Case {
  /** Makes a model of so many widths or blocks for colored images of 8 x 8. */
  make(count: number): models.Backbone;
  /** How many of them. */
  count: number;
  /** Channels and side of the maps. */
  shapes: readonly (readonly [number, number])[];
  /** After how many widths or blocks the stages end. */
  ends: readonly number[];
  /** What is still done to the last map (B, D, H, W) to make features of it. */
  features(model: models.Backbone, map: torch.Tensor): torch.Tensor;
}

const pooled = (_: models.Backbone, map: torch.Tensor): torch.Tensor => map.mean([2, 3]);
const normed = (model: models.Backbone, map: torch.Tensor): torch.Tensor => {
  const { norm } = model as models.SmallVit;
  return norm.forward(map.flatten(2).transpose(1, 2)).mean(1);
};

const cases: Record<string, Case> = {
  SmallCnn: {
    make: (count) =>
      new models.SmallCnn({ numClasses: 3, channels: 3, widths: [4, 6, 5].slice(0, count) }),
    count: 3,
    shapes: [[4, 8], [6, 4], [5, 2]],
    ends: [1, 2, 3],
    features: pooled,
  },
  SmallResNet: {
    make: (count) =>
      new models.SmallResNet({
        numClasses: 3,
        channels: 3,
        widths: [4, 6, 5].slice(0, count),
        blocks: 2,
      }),
    count: 3,
    shapes: [[4, 8], [6, 4], [5, 2]],
    ends: [1, 2, 3],
    features: pooled,
  },
  SmallVit: {
    make: (depth) => new models.SmallVit({ ...tokens, depth, heads: 2 }),
    count: 6,
    shapes: [[6, 4], [6, 4], [6, 4], [6, 4]],
    ends: [2, 3, 5, 6],
    features: normed,
  },
  SmallMixer: {
    make: (depth) => new models.SmallMixer({ ...tokens, depth }),
    count: 3,
    shapes: [[6, 4], [6, 4], [6, 4]],
    ends: [1, 2, 3],
    features: normed,
  },
};

for (const [name, { make, count, shapes, ends, features }] of Object.entries(cases)) {
  test(`${name}: the stages have the shapes that it says, beside the same features`, () => {
    for (const training of [true, false]) {
      using model = make(count);
      model.to(device).train(training);
      const images = torch.randn([2, 3, 8, 8], { device });
      const before = images.clone();
      const seen = model.forwardStages(images);
      assertEquals(seen.stages.map(({ shape }) => shape), shapes.map(([d, s]) => [2, d, s, s]));
      assertEquals(model.stageDims, shapes.map(([dim]) => dim));
      // Bit for bit: in training a second pass over the same batch normalizes by the same statistics.
      assertEquals(model.features(images).toArray(), seen.features.toArray());
      assertEquals(model.head.forward(seen.features).toArray(), model.forward(images).toArray());
      assertClose(features(model, seen.stages.at(-1)!), seen.features);
      assertEquals(images.equal(before), true, "the images are left as they were");
    }
  });

  test(`${name}: each stage is what a shallower network ends with`, () => {
    using deep = make(count);
    deep.to(device).eval();
    const state = deep.stateDict();
    const images = torch.randn([2, 3, 8, 8], { device });
    const { stages } = deep.forwardStages(images);
    stages.forEach((map, i) => {
      using shallow = make(ends[i]);
      const own = shallow.stateDict();
      const fits = (key: string) => key in state && key.startsWith("head") === false;
      shallow.loadStateDict(
        Object.fromEntries(Object.keys(own).map((key) => [key, fits(key) ? state[key] : own[key]])),
      );
      shallow.to(device).eval();
      assertClose(features(shallow, map), shallow.features(images));
    });
  });

  test(`${name}: the gradient of a stage reaches what lies before it, and nothing behind`, () => {
    using model = make(count);
    model.to(device);
    const images = torch.randn([4, 3, 8, 8], { device });
    const reached = (loss: (stages: torch.Tensor[]) => torch.Tensor): string[] => {
      model.zeroGrad();
      loss(model.forwardStages(images).stages).backward();
      return model.namedParameters().filter(([, { grad }]) => grad !== null).map(([key]) => key);
    };
    const noise = shapes.map(([dim, side]) => torch.randn([4, dim, side, side], { device }));
    const parts = shapes.map((_, i) => reached((stages) => stages[i].mul(noise[i]).sum()));
    parts.forEach((part, i) => {
      const next = parts[i + 1];
      if (next === undefined) return;
      assert(part.length > 0 && part.length < next.length, `${part} and then ${next}`);
      assertEquals(part.filter((key) => !next.includes(key)), []);
    });
    const all = model.namedParameters().map(([key]) => key);
    const behind = all.filter((key) => /^(norm|head)\./.test(key));
    assertEquals(parts.at(-1), all.filter((key) => !behind.includes(key)));
  });
}

test("batch norms see a batch once, whether stages are wanted or not", () => {
  for (const make of [cases.SmallCnn.make, cases.SmallResNet.make]) {
    using one = make(2);
    using other = make(2);
    other.loadStateDict(one.stateDict());
    for (const model of [one, other]) model.to(device).train();
    const images = torch.randn([4, 3, 8, 8], { device });
    one.features(images);
    other.forwardStages(images);
    const state = other.stateDict();
    for (const [key, value] of Object.entries(one.stateDict())) {
      assertEquals(value.toArray(), state[key].toArray(), key);
    }
  }
});

test("a small CNN's stages are its layers by hand: convolution, norm, ReLU, before the pooling", () => {
  using model = new models.SmallCnn({ numClasses: 3, widths: [4, 6] });
  model.to(device).train();
  const images = torch.randn([3, 1, 5, 6], { device });
  const [conv1, conv2] = [0, 4].map((i) => (model.stem.at(i) as nn.Conv2d).weight);
  const step = (x: torch.Tensor, weight: torch.Tensor) => {
    const map = torch.conv2d(x, weight, null, 1, 1);
    const centered = map.sub(map.mean([0, 2, 3], true));
    const variance = centered.square().mean([0, 2, 3], true);
    return centered.div(variance.add(1e-5).sqrt()).clampMin(0);
  };
  const first = step(images, conv1);
  const second = step(torch.maxPool2d(first, 2), conv2);
  const { stages, features } = model.forwardStages(images);
  assertClose(stages[0], first, { rtol: 1e-4, atol: 1e-5 });
  assertClose(stages[1], second, { rtol: 1e-4, atol: 1e-5 });
  assertClose(features, second.mean([2, 3]), { rtol: 1e-4, atol: 1e-5 });
});

test("a map has its patches where the image has them", () => {
  const image = torch.randn([1, 3, 8, 8], { device });
  using vit = new models.SmallVit({ ...tokens, heads: 2, depth: 2 });
  using mixer = new models.SmallMixer({ ...tokens, depth: 2 });
  torch.noGrad(() => {
    for (const model of [vit, mixer]) {
      model.to(device).eval();
      // Blocks that add nothing: what comes out is the patches.
      for (const [key, parameter] of model.namedParameters()) {
        if (/out_proj|(mlp|tokens|channels)\.2/.test(key)) parameter.zero_();
      }
    }
    const patches = vit.patchEmbed.forward(image);
    const places = vit.positions.transpose(1, 2).reshape([1, 6, 4, 4]);
    for (const map of vit.forwardStages(image).stages) assertClose(map, patches.add(places));
    for (const map of mixer.forwardStages(image).stages) {
      assertClose(map, mixer.patchEmbed.forward(image));
    }
  });
  // As many patches in another shape are the same tokens, as a map of their own shape.
  using other = new models.SmallVit({ ...tokens, heads: 2 });
  other.to(device);
  const { stages } = other.forwardStages(torch.zeros([1, 3, 4, 16], { device }));
  assertEquals(stages[0].shape, [1, 6, 2, 8]);
});

test("a quarter, a half, three quarters and all of the blocks; each of fewer than four", () => {
  assertEquals([1, 2, 3, 4, 5, 6, 7, 12, 24].map(stageEnds), [
    [1],
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [2, 3, 5, 6],
    [2, 4, 6, 7],
    [3, 6, 9, 12],
    [6, 12, 18, 24],
  ]);
  using flat = new models.VisionTransformer({
    ...{ numClasses: 2, imageSize: 8, patchSize: 4, dim: 6, heads: 2, depth: 2 },
  });
  assertEquals(flat.stageDims, [6, 6]);
  assertEquals(flat.forwardStages(torch.zeros([1, 3, 8, 8])).stages.length, 2);
});

test("all small models but the perceptron have stages", () => {
  const have = Object.entries(SMALL_MODELS).filter(([name, { build }]) => {
    const inputs = name === "Mlp" ? { inputs: 4 } : {};
    using model = build({ numClasses: 2, ...inputs } as never);
    return model instanceof models.Backbone;
  });
  assertEquals(have.map(([name]) => name), ["SmallCnn", "SmallMixer", "SmallResNet", "SmallVit"]);
});
