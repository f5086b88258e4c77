import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type ChannelStatistics,
  channelStatistics,
  cifar10,
  CIFAR10_STATISTICS,
  FASHION_MNIST_STATISTICS,
  fashionMnist,
  ImageDataset,
  mnist,
  MNIST_STATISTICS,
} from "../../src/data/mod.ts";
import { ArgumentError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

test("statistics are those of each channel", () => {
  using dataset = new ImageDataset({
    images: torch.tensor(Uint8Array.of(0, 255, 51, 51, 0, 255, 102, 102), { shape: [2, 2, 1, 2] }),
    labels: [0, 0],
    classNames: ["a"],
  });
  const { mean, std } = channelStatistics(dataset);
  assertAlmostEquals(mean[0], 0.5, 1e-12);
  assertAlmostEquals(mean[1], 0.3, 1e-12);
  assertAlmostEquals(std[0], 0.5, 1e-12);
  assertAlmostEquals(std[1], 0.1, 1e-12);
  using none = dataset.take(0);
  assertThrows(() => channelStatistics(none), ArgumentError, "empty");
});

test("the published constants are those of the training images", async () => {
  const cases: [() => Promise<ImageDataset>, ChannelStatistics, string, number[]][] = [
    [() => mnist("train"), MNIST_STATISTICS, "MNIST", [1, 28, 28]],
    [() => fashionMnist("train"), FASHION_MNIST_STATISTICS, "Fashion-MNIST", [1, 28, 28]],
    [() => cifar10("train"), CIFAR10_STATISTICS, "CIFAR-10", [3, 32, 32]],
  ];
  for (const [load, expected, name, shape] of cases) {
    using dataset = await load();
    assertEquals([dataset.name, [...dataset.imageShape]], [name, shape]);
    const found = channelStatistics(dataset);
    found.mean.forEach((value, c) => assertAlmostEquals(value, expected.mean[c], 5.1e-5));
    found.std.forEach((value, c) => assertAlmostEquals(value, expected.std[c], 5.1e-5));
  }
});
