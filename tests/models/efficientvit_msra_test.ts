import { EfficientVitMsra } from "../../src/models/efficientvit_msra.ts";
import { efficientvitMsra } from "../../src/models/efficientvit_msra_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientvit_msra.safetensors", import.meta.url).pathname;
const small = {
  numClasses: 5,
  dims: [16, 24, 32],
  depths: [1, 1, 2],
  heads: [2, 3, 4],
  kernels: [7, 5, 3, 3],
};
const makers = {
  "in windows that do not fit": () => new EfficientVitMsra({ ...small, imageSize: 160 }),
  "smaller than a window": () => new EfficientVitMsra({ ...small, imageSize: 64, dropout: 0.3 }),
};

testParity(path, makers);

test("efficientvit_m0 keeps a backbone's promises", () => {
  assertContract({
    family: efficientvitMsra,
    name: "efficientvit_m0",
    size: 224,
    sides: [14, 7, 4],
  });
});
