import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { DenseNet, type DenseNetOptions } from "../../src/models/densenet.ts";
import { densenet } from "../../src/models/densenet_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";
import { translateFor } from "./dialect_records.ts";

const path = new URL("../golden/parity_densenet.safetensors", import.meta.url).pathname;

const tiny = (options: Partial<DenseNetOptions> = {}) => () =>
  new DenseNet({ numClasses: 5, growth: 8, depths: [2, 2, 1, 1], ...options });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => DenseNet> = {
  "plain": tiny({ dropout: 0.3 }),
  "deep stem": tiny({ deepStem: true }),
  "blurring": tiny({ deepStem: true, blurs: true }),
};

testParity(path, makers);

test("densenet121 keeps a backbone's promises", () => {
  assertContract({ family: densenet, name: "densenet121", size: 32, sides: [8, 4, 2, 1] });
});

test("older files of torchvision load", () => {
  using model = tiny()();
  const state = model.stateDict();
  const older = Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [
      name.replace(/(denselayer\d+\.(?:norm|conv))(?=[12]\.)/, "$1."),
      tensor,
    ]),
  );
  assert("features.denseblock1.denselayer2.norm.2.running_var" in older);
  assertEquals(translateFor(model, older), state);
});

test("there are no branches to leave out", () => {
  assertThrows(tiny({ dropPath: 0.1 }), ArgumentError, "dropPath must be 0");
});
