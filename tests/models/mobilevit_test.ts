import { mobilevit } from "../../src/models/mobilevit_entries.ts";
import { entry } from "../../src/models/registry.ts";
import { test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_mobilevit.safetensors", import.meta.url).pathname;
const records = {
  "mobilevit_xxs": { numClasses: 5 },
  "mobilevit_xxs, patches left over": { numClasses: 5, dropout: 0.3, dropPath: 0.3 },
  "mobilevitv2_050": { numClasses: 5, dropPath: 0.3 },
  "mobilevitv2_050, patches left over": { numClasses: 0 },
};

for (const [record, options] of Object.entries(records)) {
  test(`${record}: outputs and gradients are timm's`, () => {
    using model = entry(record.split(",")[0]).build(options);
    assertParity(compare(model, path, record));
  });
}

test("mobilevitv2_050 keeps a backbone's promises", () => {
  assertContract({ family: mobilevit, name: "mobilevitv2_050", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("mobilevitv2_050", 64);
});
