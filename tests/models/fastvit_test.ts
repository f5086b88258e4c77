import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { FastVit, type FastVitOptions } from "../../src/models/fastvit.ts";
import { fastVit } from "../../src/models/fastvit_entries.ts";
import { fold } from "../../src/models/fold.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_fastvit.safetensors", import.meta.url).pathname;

const small = (options: Partial<FastVitOptions> = {}) =>
  new FastVit({
    numClasses: 5,
    depths: [1, 1, 1, 1],
    dims: [4, 8, 8, 32],
    mlpRatio: 1,
    ...options,
  });
const clip = { attention: 1, squeezed: 2, activated: true };

/** Our networks by the names of the golden file. */
const makers: Record<string, () => FastVit> = {
  "attention": () => small({ attention: 1, depths: [1, 2, 1, 1] }),
  "clip": () => small(clip),
  "clip, large": () =>
    small({
      depths: [1, 1, 1, 1, 1],
      dims: [4, 8, 8, 32, 32],
      attention: 2,
      activated: true,
      large: true,
    }),
  "dropping": () => small({ attention: 1, dropout: 0.3, dropPath: 0.5 }),
  "folded": () => small({ ...clip, folded: true }),
};

testParity(path, makers);

test("fastvit_t8 keeps a backbone's promises", () => {
  assertContract({ family: fastVit, name: "fastvit_t8", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("fastvit_t8", 64);
});

for (const name of ["fastvit_sa12", "fastvit_mci0"]) {
  test(`${name}: the folded form computes the same`, () => {
    using model = create(name, { numClasses: 3 });
    fill(model.stateDict());
    model.to(device).eval();
    using folded = fold(model);
    torch.noGrad(() => {
      const images = uniform("images", [1, 3, 64, 64]).to(device);
      const whole = model.forward(images);
      const difference = folded.forward(images).sub(whole).norm().div(whole.norm()).item();
      assert(difference < 1e-5, `differs by ${difference}`);
    });
  });
}

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<FastVitOptions>, string][] = [
    [{ dims: [8, 8] }, "dims"],
    [{ depths: [1, 1, 1, 0] }, "depths"],
    [{ attention: 2 }, "heads of 32"],
    [{ mlpRatio: 0 }, "mlpRatio"],
    [{ dims: [64000, 64000, 64000, 64000] }, "parameters"],
  ];
  for (const [options, named] of wrong) {
    const { message } = assertThrows(() => small(options), ArgumentError);
    assertStringIncludes(message, named);
  }
});
