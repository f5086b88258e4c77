import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, FormatError } from "../../src/base/errors.ts";
import type { Backbone } from "../../src/models/backbone.ts";
import { create } from "../../src/models/create.ts";
import { fold } from "../../src/models/fold.ts";
import { MobileOne, type MobileOneOptions } from "../../src/models/mobileone.ts";
import { mobileOne } from "../../src/models/mobileone_entries.ts";
import { RepConv, type RepConvOptions } from "../../src/models/parts/rep_conv.ts";
import { SqueezeExcite } from "../../src/models/parts/squeeze_excite.ts";
import { RepVgg, type RepVggOptions } from "../../src/models/repvgg.ts";
import { repVgg } from "../../src/models/repvgg_entries.ts";
import { load, save } from "../../src/models/saved.ts";
import { SmallCnn } from "../../src/models/small/cnn.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_repvgg.safetensors", import.meta.url).pathname;

const widths = [8, 16, 16, 32];
const repvgg = (options: Partial<RepVggOptions> = {}) =>
  new RepVgg({ numClasses: 5, depths: [1, 3, 1, 1], widths, ...options });
const mobileone = (options: Partial<MobileOneOptions> = {}) =>
  new MobileOne({ numClasses: 5, depths: [1, 2, 1, 1], widths, ...options });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => Backbone> = {
  "repvgg": () => repvgg(),
  "repvgg, groups": () => repvgg({ groups: 4 }),
  "repvgg, squeezed": () => repvgg({ squeeze: 0.25 }),
  "repvgg, dropping": () => repvgg({ dropout: 0.3, dropPath: 0.5 }),
  "repvgg, folded": () => repvgg({ squeeze: 0.25, folded: true }),
  "mobileone": () => mobileone(),
  "mobileone, branches": () => mobileone({ branches: 3, squeezed: [0, 1, 0, 0] }),
  "mobileone, dropping": () => mobileone({ dropPath: 0.5 }),
  "mobileone, folded": () => mobileone({ squeezed: [0, 1, 0, 0], folded: true }),
};

testParity(path, makers);

test("repvgg_a0 and mobileone_s0 keep a backbone's promises", () => {
  const sides = [8, 4, 2, 1];
  assertContract({ family: repVgg, name: "repvgg_a0", size: 32, sides });
  assertContract({ family: mobileOne, name: "mobileone_s0", size: 32, sides });
  assertRandomParts("mobileone_s0", 32);
});

for (const name of ["repvgg_a0", "mobileone_s0"]) {
  test(`${name}: the folded form computes the same`, () => {
    using model = create(name, { numClasses: 3 });
    fill(model.stateDict());
    model.to(device).eval();
    using folded = fold(model);
    assertEquals(folded.training, false);
    assert(folded.numParameters() < model.numParameters());
    torch.noGrad(() => {
      const images = uniform("images", [2, 3, 64, 64]).to(device);
      const whole = model.forward(images);
      const difference = folded.forward(images).sub(whole).norm().div(whole.norm()).item();
      assert(difference < 1e-5, `differs by ${difference}`);
    });
  });
}

test("a block of any kind is folded to what it computes", () => {
  const attention = () => new SqueezeExcite(8, 2, { activation: "relu", gate: "sigmoid" });
  for (
    const [before, options] of [
      [8, { groups: 4 }],
      [8, { groups: 8, branches: 3 }],
      [8, { kernel: 1, branches: 2 }],
      [8, { kernel: 7, branches: 0, groups: 8 }],
      [4, { stride: 2, scale: false }],
      [4, { kernel: 7, small: 3, groups: 4 }],
      [8, { attention: ["attn", attention()] }],
    ] as [number, RepConvOptions][]
  ) {
    using part = new RepConv(before, 8, options);
    const folded = options.attention && { attention: ["attn", attention()] as const };
    using plain = new RepConv(before, 8, { ...options, ...folded, folded: true });
    fill(part.stateDict());
    part.eval();
    plain.loadStateDict(torch.noGrad(() => part.foldedState()));
    const x = uniform("images", [2, before, 9, 9]);
    assertClose(plain.forward(x), part.forward(x), { atol: 1e-5 });
  }
});

test("a folded model is saved, and loaded in folded form", () => {
  using model = create("mobileone_s0", { numClasses: 2 });
  model.classNames = ["cat", "dog"];
  using folded = fold(model.eval());
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    save(file, folded);
    using again = load(file);
    assertEquals(again.classNames, ["cat", "dog"]);
    assertEquals(again.recipe, folded.recipe);
    const images = uniform("images", [1, 3, 32, 32]);
    assertEquals(again.forward(images).equal(folded.forward(images)), true);
    using created = create("mobileone_s0", { numClasses: 2, folded: true, weights: file });
    assertEquals(created.head.parameters()[0].equal(folded.head.parameters()[0]), true);
  } finally {
    Deno.removeSync(file);
  }
});

test("a saved file whose form does not fit its weights is refused by name", () => {
  using model = create("mobileone_s0", { numClasses: 2 });
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    save(file, model);
    const metadata = torch.loadSafetensorsMetadata(file);
    for (const [folded, reason] of [[true, "reparam_conv"], ["yes", "folded"], [1e9, "folded"]]) {
      const options = JSON.stringify({ numClasses: 2, folded });
      torch.saveSafetensors(file, model.stateDict(), { ...metadata, options });
      const { message } = assertThrows(() => load(file), FormatError);
      assertStringIncludes(message, String(reason));
    }
    // The names of branches in a form that has none are another model's.
    const { message } = assertThrows(
      () => create("mobileone_s0", { numClasses: 2, folded: true, weights: file }),
      ArgumentError,
    );
    assertStringIncludes(message, "reparam_conv");
  } finally {
    Deno.removeSync(file);
  }
});

test("what cannot be folded says why", () => {
  const says = (make: () => Backbone, reason: string) => {
    using model = make();
    const { message } = assertThrows(() => fold(model), ArgumentError);
    assertStringIncludes(message, reason);
  };
  says(() => create("resnet18", { numClasses: 2 }), "no branches");
  says(() => new SmallCnn({ numClasses: 2 }), "no branches");
  says(() => repvgg(), "models.create");
  says(() => create("mobileone_s0", { numClasses: 2, folded: true }), "folded already");
  assertThrows(() => create("resnet18", { folded: true }), ArgumentError, "no folded form");
});

test("options that cannot be used are refused by name", () => {
  const wrong: [() => Backbone, string][] = [
    [() => repvgg({ widths: [8, 8] }), "widths"],
    [() => repvgg({ depths: [1, 1, 1, 0] }), "depths"],
    [() => repvgg({ groups: 3 }), "groups"],
    [() => repvgg({ depths: [1000, 1000, 1000, 1] }), "blocks"],
    [() => repvgg({ squeeze: -1 }), "squeeze"],
    [() => mobileone({ branches: 0 }), "branches"],
    [() => mobileone({ widths: [65536, 65536, 65536, 65536] }), "parameters"],
  ];
  for (const [make, named] of wrong) {
    assertStringIncludes(assertThrows(make, ArgumentError).message, named);
  }
});
