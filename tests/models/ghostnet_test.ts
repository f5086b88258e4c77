import { assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { GhostNet, type GhostRow } from "../../src/models/ghostnet.ts";
import { ghostnet } from "../../src/models/ghostnet_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_ghostnet.safetensors", import.meta.url).pathname;

const rows: readonly (readonly GhostRow[])[] = [
  [[3, 24, 12, 0, 2]],
  [[5, 24, 20, 0.25, 2]],
  [[5, 40, 24, 0, 2]],
  [[3, 28, 28, 0.25, 2]],
];
const [first, second, ...others] = rows;
const longer = [first, [[3, 16, 12, 0, 1], ...second], ...others] as typeof rows;
const own = { rows, numClasses: 5, dropout: 0 } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => GhostNet> = {
  "first": () => new GhostNet({ ...own, rows: longer }),
  "second, wider": () => new GhostNet({ ...own, version: 2, widthFactor: 1.3 }),
  "third": () => new GhostNet({ ...own, version: 3, dropout: 0.3 }),
};

testParity(path, makers);

test("ghostnet_050 keeps a backbone's promises", () => {
  assertContract({ family: ghostnet, name: "ghostnet_050", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("ghostnetv2_100", 64);
});

test("tables of GhostNets that cannot be meant are refused", () => {
  for (
    const wrong of [
      { rows: [] },
      { rows: [[]] },
      { rows: [[[3, 2 ** 40, 16, 0, 1]]] },
      { rows: [[[3, 16, 16, NaN, 1]]] },
      { widthFactor: 0 },
      { rows: [[[3, 60000, 60000, 0, 1]]] as const, widthFactor: 50 },
    ]
  ) {
    assertThrows(() => new GhostNet({ ...own, ...wrong } as typeof own), ArgumentError);
  }
});
