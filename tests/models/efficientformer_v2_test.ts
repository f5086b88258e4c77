import { assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import { EfficientFormerV2 } from "../../src/models/efficientformer_v2.ts";
import { efficientformerV2 } from "../../src/models/efficientformer_v2_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientformer_v2.safetensors", import.meta.url).pathname;
const small = {
  numClasses: 5,
  imageSize: 64,
  dims: [8, 8, 16, 24],
  expansions: [[4], [4], [4, 3], [3, 4]],
  attentive: 1,
};
const makers = {
  "small": () => new EfficientFormerV2(small),
  "dropping": () => new EfficientFormerV2({ ...small, dropout: 0.3, dropPath: 0.5 }),
};

testParity(path, makers);

test("efficientformerv2_s0 keeps a backbone's promises", () => {
  assertContract({
    family: efficientformerV2,
    name: "efficientformerv2_s0",
    size: 224,
    sides: [56, 28, 14, 7],
  });
  assertRandomParts("efficientformerv2_s0", 224);
});

test("images of another size than the network's are refused", () => {
  using model = new EfficientFormerV2(small);
  model.to(device);
  assertThrows(
    () => model.forward(torch.zeros([1, 3, 32, 64], { device })),
    ShapeError,
    "64 x 64",
  );
});
