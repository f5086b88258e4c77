import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import type { MaxVit } from "../../src/models/maxvit.ts";
import type { MaxVitOptions } from "../../src/models/maxvit_options.ts";
import { maxvit } from "../../src/models/maxvit_entries.ts";
import { entry } from "../../src/models/registry.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_maxvit.safetensors", import.meta.url).pathname;

/** A narrow network of the kind of one of timm's: its entry passes on what it is given. */
function narrow(name: string, options: Partial<MaxVitOptions>): MaxVit {
  const two = { dims: [32, 64], depths: [1, 1], stem: [6, 8], headHidden: undefined };
  return entry(name).build({ numClasses: 5, imageSize: 64, ...two, ...options } as never) as MaxVit;
}

const dropping = { dropout: 0.3, dropPath: 0.5 };
const one = { dims: [32], depths: [2], stem: [6, 32], imageSize: 32 } as const;

const makers: Record<string, [string, Partial<MaxVitOptions>]> = {
  "maxvit_tiny_tf": ["maxvit_tiny_tf_224", { blocks: ["M", "M"], headHidden: 12 }],
  "maxvit_rmlp_small_rw": ["maxvit_rmlp_small_rw_224", { blocks: ["M", "M"], ...dropping }],
  "maxvit_tiny_pm": ["maxvit_tiny_pm_256", { blocks: ["P", "P"] }],
  "maxxvitv2_nano_rw": ["maxxvitv2_nano_rw_256", { blocks: ["M", "M"] }],
  "coatnet_0_rw": ["coatnet_0_rw_224", { blocks: ["C", "T"] }],
  "coatnet_bn_0_rw": ["coatnet_bn_0_rw_224", { blocks: ["CT"], ...one }],
  "coatnet_rmlp_1_rw": ["coatnet_rmlp_1_rw_224", { blocks: ["C", "T"], ...dropping }],
  "coatnet_3_rw": ["coatnet_3_rw_224", { blocks: ["T"], ...one }],
  "coatnet_0": ["coatnet_0_224", { blocks: ["C", "T"] }],
};

for (const [name, [kind, options]] of Object.entries(makers)) {
  test(`MaxVit as ${name}: outputs and gradients are timm's`, () => {
    using model = narrow(kind, options);
    assertParity(compare(model, path, name));
  });
}

test("maxvit_pico_rw_256 and coatnet_pico_rw_224 keep a backbone's promises", () => {
  const options = { imageSize: 32 };
  for (const name of ["maxvit_pico_rw_256", "coatnet_pico_rw_224"]) {
    assertContract({ family: maxvit, name, size: 32, sides: [8, 4, 2, 1], options });
  }
  assertRandomParts("maxvit_pico_rw_256", 32, options);
});

test("windows are of multiples of the images, and whole maps of one size", () => {
  using windows = narrow("maxvit_tiny_tf_224", { blocks: ["M", "M"] });
  using whole = narrow("coatnet_0_rw_224", { blocks: ["C", "T"] });
  for (const model of [windows, whole]) model.to(device).eval();
  const images = torch.zeros([1, 3, 128, 64], { device });
  assertEquals(torch.noGrad(() => windows.forward(images)).shape, [1, 5]);
  assertThrows(() => whole.forward(images), ShapeError, "64 x 64 pixels, got");
  const odd = torch.zeros([1, 3, 96, 64], { device });
  assertThrows(() => windows.forward(odd), ShapeError, "multiples");
});

test("tables of files for other windows are interpolated, TensorFlow's too", () => {
  for (const kind of ["maxvit_tiny_tf_224", "maxvit_tiny_rw_224"]) {
    using model = narrow(kind, { blocks: ["M", "M"] });
    using larger = narrow(kind, { blocks: ["M", "M"], imageSize: 128 });
    const state = { ...model.stateDict() };
    const tables = Object.keys(state).filter((key) => key.endsWith("bias_table"));
    for (const key of tables) state[key] = torch.onesLike(state[key]);
    const adapted = larger.adaptState(state);
    const own = larger.stateDict();
    for (const key of tables) {
      assertEquals(adapted[key].shape, own[key].shape);
      assertEquals((adapted[key].sub(1).abs().max().item() as number) < 1e-6, true);
    }
  }
});

test("blocks and sizes that do not fit are refused", () => {
  const wrong: [Partial<MaxVitOptions>, string][] = [
    [{ blocks: ["C"] }, "blocks must be 2 of"],
    [{ blocks: ["C", "X"] }, "C, X"],
    [{ blocks: ["C", "T"], dims: [32, 40] }, "heads' 32"],
    [{ blocks: ["C", "C"], imageSize: 50 }, "multiple of 32"],
    [{ blocks: ["C", "C"], stem: [6] as never }, "stem must have 2"],
    [{ blocks: ["C", "T"], imageSize: 4096 }, "at most 64 x 64 places"],
    [{ blocks: ["C", "C"], dims: [32, 16000] }, "parameters"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => narrow("coatnet_0_224", options), ArgumentError, message);
  }
});
