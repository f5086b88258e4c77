import { efficientvitMit } from "../../src/models/efficientvit_mit_entries.ts";
import { EfficientVit } from "../../src/models/efficientvit_mit.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientvit_mit.safetensors", import.meta.url).pathname;
const small = {
  numClasses: 5,
  widths: [8, 8, 16, 16, 32],
  depths: [1, 2, 2, 2, 1],
  headDim: 8,
  headWidths: [24, 20],
} as const;
const makers = {
  "base": () => new EfficientVit(small),
  "base, an odd side": () => new EfficientVit({ ...small, dropout: 0.3 }),
  "large": () => new EfficientVit({ ...small, isLarge: true }),
};

testParity(path, makers);

test("efficientvit_b0 keeps a backbone's promises", () => {
  assertContract({
    family: efficientvitMit,
    name: "efficientvit_b0",
    size: 64,
    sides: [16, 8, 4, 2],
  });
});
