/** What the tests of the agglomerative method share. */

import * as data from "../../src/data/mod.ts";
import type * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { layerState } from "./banks.ts";
import { SmallNet } from "./nets.ts";

/** Gray images of random brightness. */
export function shades(count: number, height: number, width: number): data.ImageDataset {
  return torch.scope(() =>
    new data.ImageDataset({
      images: torch.randint(0, 256, [count, 1, height, width], { dtype: "uint8" }),
      labels: Array(count).fill(0),
      classNames: ["one"],
    })
  );
}

/** What the head to a teacher makes of features, layer by layer. */
export function predict(
  method: distill.Agglomerative,
  name: string,
  x: torch.Tensor,
): torch.Tensor {
  const { bank, place } = method.heads.of(name);
  const own = layerState(bank.stateDict(), place);
  const layer = (of: string, y: torch.Tensor) =>
    torch.linear(y, own[`${of}.weight`], own[`${of}.bias`]);
  const normed = torch.layerNorm(x, [x.size(1)], own["norm.weight"], own["norm.bias"], 1e-5);
  return layer("output", nn.functional.gelu(layer("hidden", normed)));
}

/** A student and a teacher with maps of 4 x 4 and 2 x 2 places, and one without. */
export function withMaps() {
  torch.manualSeed(8);
  const cnn = (widths: number[], numClasses: number) =>
    new models.SmallCnn({ channels: 1, numClasses, widths }).to(device);
  const student = cnn([4, 6], 3);
  const master = cnn([4, 5, 7], 3);
  const flat = new SmallNet(64, 9, 3);
  const list = [
    teachers.predictive({ name: "cnn", model: master }),
    teachers.descriptive({ name: "flat", model: flat }),
  ];
  const x = torch.rand([6, 1, 8, 8], { device });
  return { student, master, flat, list, x };
}
