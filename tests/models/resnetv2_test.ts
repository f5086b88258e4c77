import { ResNetV2 } from "../../src/models/resnetv2.ts";
import { resnetV2 } from "../../src/models/resnetv2_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_resnetv2.safetensors", import.meta.url).pathname;
const small = { numClasses: 5, depths: [1, 2, 1, 1], stemWidth: 16 };
const bottleneck = { ...small, widths: [32, 32, 64, 64] };
const basic = { ...small, widths: [8, 8, 16, 16], basic: true };
const grouped = { ...small, widths: [128, 128, 128, 256], stemWidth: 64 };
const makers = {
  "bottleneck": () => new ResNetV2(bottleneck),
  "tiered, dropping": () =>
    new ResNetV2({ ...bottleneck, stem: "tiered", dropout: 0.3, dropPath: 0.3 }),
  "basic": () => new ResNetV2(basic),
  "basic, deep": () => new ResNetV2({ ...basic, stem: "deep" }),
  "Big Transfer": () => new ResNetV2({ ...grouped, norm: "bit" }),
  "group norm": () => new ResNetV2({ ...grouped, stem: "deep", norm: "group" }),
};

testParity(path, makers);

test("resnetv2_18 keeps a backbone's promises", () => {
  assertContract({ family: resnetV2, name: "resnetv2_18", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("resnetv2_18", 64);
});
