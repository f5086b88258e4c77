import { assert, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { fold } from "../../src/models/fold.ts";
import { RepVit, type RepVitOptions } from "../../src/models/repvit.ts";
import { repVit } from "../../src/models/repvit_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_repvit.safetensors", import.meta.url).pathname;

const tiny = (options: Partial<RepVitOptions> = {}) => () =>
  new RepVit({ numClasses: 5, depths: [2, 1, 1, 1], dims: [8, 16, 24, 32], ...options });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => RepVit> = {
  "dropping": tiny({ dropout: 0.3 }),
  "legacy": tiny({ legacy: true, depths: [1, 1, 1, 1] }),
  "folded": tiny({ folded: true }),
};

testParity(path, makers);

test("repvit_m0_9 keeps a backbone's promises", () => {
  assertContract({ family: repVit, name: "repvit_m0_9", size: 32, sides: [8, 4, 2, 1] });
});

for (const name of ["repvit_m0_9", "repvit_m1"]) {
  test(`${name}: the folded form computes the same`, () => {
    for (const numClasses of [3, 0]) {
      using model = create(name, { numClasses });
      fill(model.stateDict());
      // Rounding of float32 adds up over some forty convolutions.
      model.to({ device, dtype: "float64" }).eval();
      using folded = fold(model);
      assert(folded.numParameters() < model.numParameters());
      torch.noGrad(() => {
        const images = uniform("images", [2, 3, 64, 64]).to({ device, dtype: "float64" });
        const whole = model.forward(images);
        const difference = folded.forward(images).sub(whole).norm().div(whole.norm()).item();
        assert(difference < 1e-10, `differs by ${difference}`);
      });
    }
  });
}

test("options that cannot be used are refused", () => {
  assertThrows(tiny({ dropPath: 0.1 }), ArgumentError, "dropPath must be 0");
  assertThrows(tiny({ dims: [1, 2, 3, 4] }), ArgumentError, "at least 2 channels");
});
