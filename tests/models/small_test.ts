import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

interface Case {
  /** Makes the model with its default sizes, for 28 x 28 gray images in 10 classes. */
  make(): nn.Classifier;
  /** The number of its parameters, by hand. */
  parameters: number;
  /** The width of its features. */
  width: number;
  /** Makes a small one for colored images of 8 x 8 in 3 classes. */
  small(): nn.Classifier;
  /** The keys of the small one's state. */
  keys: string[];
}

const norm = (name: string, running = true): string[] => [
  `${name}.weight`,
  `${name}.bias`,
  ...(running
    ? [`${name}.running_mean`, `${name}.running_var`, `${name}.num_batches_tracked`]
    : []),
];
const linear = (name: string): string[] => [`${name}.weight`, `${name}.bias`];

const cases: Record<string, Case> = {
  SmallCnn: {
    make: () => new models.SmallCnn({ numClasses: 10 }),
    // Convolutions, batch norms, head.
    parameters: 9 * (16 + 16 * 32 + 32 * 64) + 2 * (16 + 32 + 64) + (64 * 10 + 10),
    width: 64,
    small: () => new models.SmallCnn({ numClasses: 3, channels: 3, widths: [4, 6] }),
    keys: [
      "stem.0.weight",
      ...norm("stem.1"),
      "stem.4.weight", // 2 is the ReLU, 3 the pooling
      ...norm("stem.5"),
      ...linear("head"),
    ],
  },
  Mlp: {
    make: () => new models.Mlp({ inputs: 784, numClasses: 10 }),
    parameters: (784 * 256 + 256) + 2 * 256 + (256 * 128 + 128) + 2 * 128 + (128 * 10 + 10),
    width: 128,
    small: () => new models.Mlp({ inputs: 3 * 8 * 8, numClasses: 3, widths: [7, 5], dropout: 0.5 }),
    keys: [
      ...linear("body.0"),
      ...norm("body.1"),
      ...linear("body.4"), // 2 is the ReLU, 3 the dropout
      ...norm("body.5"),
      ...linear("head"),
    ],
  },
  SmallResNet: {
    make: () => new models.SmallResNet({ numClasses: 10 }),
    parameters: (9 * 16 + 2 * 16) + // stem
      (9 * 16 * 16 + 2 * 16) * 2 + // first block
      (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 3 * 2 * 32) + // second, with a convolution in the shortcut
      (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64 + 3 * 2 * 64) + // third
      (64 * 10 + 10),
    width: 64,
    small: () =>
      new models.SmallResNet({ numClasses: 3, channels: 3, widths: [4, 6], blocks: 2, stride: 2 }),
    keys: [
      "stem.0.weight",
      ...norm("stem.1"),
      ...[0, 1, 2, 3].flatMap((i) => [
        `blocks.${i}.conv1.weight`,
        ...norm(`blocks.${i}.bn1`),
        `blocks.${i}.conv2.weight`,
        ...norm(`blocks.${i}.bn2`),
        ...(i === 2
          ? [`blocks.${i}.downsample.0.weight`, ...norm(`blocks.${i}.downsample.1`)]
          : []),
      ]),
      ...linear("head"),
    ],
  },
  SmallVit: {
    make: () => new models.SmallVit({ numClasses: 10 }),
    parameters: (49 * 64 + 64) + // patches
      16 * 64 + // positions
      4 * (
          2 * 64 + (3 * 64 * 64 + 3 * 64) + (64 * 64 + 64) + // norm, attention in and out
          2 * 64 + (64 * 128 + 128) + (128 * 64 + 64) // norm, MLP
        ) +
      2 * 64 + (64 * 10 + 10),
    width: 64,
    small: () =>
      new models.SmallVit({
        numClasses: 3,
        channels: 3,
        imageSize: 8,
        patchSize: 4,
        dim: 6,
        depth: 1,
        heads: 2,
        mlpRatio: 1.5,
      }),
    keys: [
      "positions",
      ...linear("patchEmbed"),
      ...norm("blocks.0.norm1", false),
      "blocks.0.attn.in_proj_weight",
      "blocks.0.attn.in_proj_bias",
      ...linear("blocks.0.attn.out_proj"),
      ...norm("blocks.0.norm2", false),
      ...linear("blocks.0.mlp.0"),
      ...linear("blocks.0.mlp.2"),
      ...norm("norm", false),
      ...linear("head"),
    ],
  },
  SmallMixer: {
    make: () => new models.SmallMixer({ numClasses: 10 }),
    parameters: (49 * 64 + 64) +
      3 * (
          2 * 64 + (16 * 32 + 32) + (32 * 16 + 16) + // norm, along the 16 tokens
          2 * 64 + (64 * 128 + 128) + (128 * 64 + 64) // norm, along the channels
        ) +
      2 * 64 + (64 * 10 + 10),
    width: 64,
    small: () =>
      new models.SmallMixer({
        numClasses: 3,
        channels: 3,
        imageSize: 8,
        patchSize: 4,
        dim: 6,
        depth: 1,
      }),
    keys: [
      ...linear("patchEmbed"),
      ...norm("blocks.0.norm1", false),
      ...linear("blocks.0.tokens.0"),
      ...linear("blocks.0.tokens.2"),
      ...norm("blocks.0.norm2", false),
      ...linear("blocks.0.channels.0"),
      ...linear("blocks.0.channels.2"),
      ...norm("norm", false),
      ...linear("head"),
    ],
  },
};

for (const [name, { make, parameters, width, small, keys }] of Object.entries(cases)) {
  test(`${name}: parameters as counted by hand, features and logits of the widths it says`, () => {
    using model = make();
    model.to(device);
    assertEquals(model.numParameters(), parameters);
    assertEquals([model.featureDim, model.numClasses], [width, 10]);
    const images = torch.randn([2, 1, 28, 28], { device });
    assertEquals(model.features(images).shape, [2, width]);
    assertEquals(model.forward(images).shape, [2, 10]);
  });

  test(`${name}: the names of its state stay, so that files stay readable`, () => {
    using model = small();
    assertEquals(Object.keys(model.stateDict()).sort(), [...keys].sort());
  });

  test(`${name}: logits are the head on the features; alone or in a batch, an image gets the same`, () => {
    using model = small();
    model.to(device).eval();
    const images = torch.randn([4, 3, 8, 8], { device });
    const logits = model.forward(images);
    assertEquals(logits.shape, [4, 3]);
    assertClose(logits, model.head.forward(model.features(images)));
    assertClose(model.forward(images.narrow(0, 2, 1)), logits.narrow(0, 2, 1), { atol: 1e-5 });
    assertNotEquals(logits.narrow(0, 0, 1).toArray(), logits.narrow(0, 1, 1).toArray());
  });

  test(`${name}: the gradient reaches every parameter`, () => {
    torch.manualSeed(3);
    using model = small();
    model.to(device);
    const labels = torch.tensor([0, 1, 2, 0, 1, 2], { dtype: "int64", device });
    const logits = model.forward(torch.randn([6, 3, 8, 8], { device }));
    nn.functional.crossEntropy(logits, labels).backward();
    for (const [parameter, { grad }] of model.namedParameters()) {
      assert(grad !== null, `${parameter} has no gradient`);
      // Norms take out what is the same for all they norm over; such biases have none but for rounding.
      if (name === "Mlp" && /^body\.[04]\.bias$/.test(parameter)) continue;
      if (name === "SmallMixer" && /tokens\.2\.bias$/.test(parameter)) continue;
      assert(grad!.abs().sum().item() > 1e-8, `${parameter} has a gradient of 0`);
    }
  });

  test(`${name}: the seed decides the weights, and a state carries them over`, () => {
    torch.manualSeed(1);
    using first = small();
    torch.manualSeed(1);
    using second = small();
    using third = small();
    for (const model of [first, second, third]) model.to(device).eval();
    const images = torch.randn([2, 3, 8, 8], { device });
    const wanted = first.forward(images).toArray();
    assertEquals(second.forward(images).toArray(), wanted);
    assertNotEquals(third.forward(images).toArray(), wanted);
    third.loadStateDict(first.stateDict());
    assertEquals(third.forward(images).toArray(), wanted);
  });
}

test("a ViT's blocks know places by their positions only, a Mixer's by themselves", () => {
  const image = torch.randn([1, 3, 8, 8], { device });
  // The two upper patches change places.
  const swapped = torch.cat([image.narrow(3, 4, 4), image.narrow(3, 0, 4)], 3);
  using vit = cases.SmallVit.small() as models.SmallVit;
  using mixer = cases.SmallMixer.small();
  for (const model of [vit, mixer]) model.to(device).eval();
  const moves = (model: nn.Classifier) =>
    model.features(image).sub(model.features(swapped)).abs().max().item() as number;
  assert(moves(vit) > 1e-4);
  assert(moves(mixer) > 1e-4);
  torch.noGrad(() => vit.positions.zero_());
  assert(moves(vit) < 1e-5);
});

test("dropout is at work in training only", () => {
  using model = new models.Mlp({ inputs: 16, numClasses: 2, widths: [64], dropout: 0.5 });
  model.to(device);
  const images = torch.randn([8, 1, 4, 4], { device });
  const dropped = (on: boolean) => {
    model.train(on);
    const again = () => model.features(images).toArray();
    return JSON.stringify(again()) !== JSON.stringify(again());
  };
  assertEquals([dropped(true), dropped(false)], [true, false]);
});

test("options that cannot be used are refused, by model and name", () => {
  const wrong: [() => nn.Module, string][] = [
    [() => new models.SmallCnn({ numClasses: 0 }), "SmallCnn: numClasses"],
    [() => new models.SmallCnn({ numClasses: 2, channels: -1 }), "SmallCnn: channels"],
    [
      () => new models.SmallCnn({ numClasses: 2, widths: [] }),
      "SmallCnn: widths must be a list of at least 1",
    ],
    [() => new models.SmallCnn({ numClasses: 2, widths: [4, 0] }), "SmallCnn: widths[1]"],
    [() => new models.Mlp({ inputs: 0.5, numClasses: 2 }), "Mlp: inputs"],
    [() => new models.Mlp({ inputs: 4, numClasses: NaN }), "Mlp: numClasses"],
    [
      () => new models.Mlp({ inputs: 4, numClasses: 2, widths: [] }),
      "Mlp: widths must be a list of at least 1",
    ],
    [() => new models.Mlp({ inputs: 4, numClasses: 2, dropout: 1 }), "Mlp: dropout"],
    [() => new models.Mlp({ inputs: 4, numClasses: 2, dropout: NaN }), "Mlp: dropout"],
    [
      () => new models.SmallResNet({ numClasses: 2, widths: [] }),
      "SmallResNet: widths must be a list of at least 1",
    ],
    [() => new models.SmallResNet({ numClasses: 2, blocks: 0 }), "SmallResNet: blocks"],
    [() => new models.SmallResNet({ numClasses: 2, stride: 0 }), "SmallResNet: stride"],
    [() => new models.SmallVit({ numClasses: 2, patchSize: 5 }), "patches of 5 pixels do not tile"],
    [() => new models.SmallVit({ numClasses: 2, heads: 5 }), "dim 64 cannot be split into 5"],
    [() => new models.SmallVit({ numClasses: 2, depth: 0 }), "SmallVit: depth"],
    [() => new models.SmallVit({ numClasses: 2, mlpRatio: 0.01 }), "SmallVit: dim times mlpRatio"],
    [() => new models.SmallMixer({ numClasses: 2, imageSize: 30 }), "do not tile an image of 30"],
    [() => new models.SmallMixer({ numClasses: 2, dim: 0 }), "SmallMixer: dim"],
  ];
  for (const [make, message] of wrong) assertThrows(make, ArgumentError, message);
});

test("images that do not fit are refused, and the process lives", () => {
  for (const [name, { small }] of Object.entries(cases)) {
    using model = small();
    model.to(device);
    // One channel too few; for the ones made for a size, another size; too small to pool; no image at all.
    const wrong = [[2, 2, 8, 8], [2, 8, 8]];
    if (name !== "SmallCnn" && name !== "SmallResNet") wrong.push([2, 3, 12, 12]);
    if (name === "SmallCnn") wrong.push([2, 3, 1, 1]);
    for (const shape of wrong) {
      assertThrows(
        () => model.forward(torch.zeros(shape, { device })),
        ApprenticeError,
        undefined,
        `${name} of [${shape}]`,
      );
    }
  }
});
