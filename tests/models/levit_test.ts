import { assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import { Levit } from "../../src/models/levit.ts";
import { levit } from "../../src/models/levit_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_levit.safetensors", import.meta.url).pathname;
const small = {
  numClasses: 5,
  imageSize: 80,
  dims: [16, 24, 32],
  depths: [1, 1, 2],
  heads: [2, 3, 4],
  keyDim: 8,
};
const makers = {
  "small": () => new Levit(small),
  "dropping, as convolutions": () =>
    new Levit({ ...small, isConv: true, dropout: 0.3, dropPath: 0.3 }),
  "of a larger map": () =>
    new Levit({ ...small, imageSize: 64, activation: "silu", stemStride: 8 }),
  "with one head": () => new Levit({ ...small, activation: "silu", distilled: false }),
};

testParity(path, makers);

test("levit_128s keeps a backbone's promises", () => {
  assertContract({ family: levit, name: "levit_128s", size: 224, sides: [14, 7, 4] });
});

test("images of another size than LeViT's are refused", () => {
  using model = new Levit(small);
  model.to(device);
  for (const shape of [[1, 3, 64, 80], [1, 3, 80, 96], [3, 80, 80]]) {
    assertThrows(() => model.forward(torch.zeros(shape, { device })), ShapeError, "80 x 80");
  }
});
