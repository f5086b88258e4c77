import { assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import {
  type LegacySeKind,
  LegacySeNet,
  type LegacySeNetOptions,
} from "../../src/models/legacy_senet.ts";
import { legacySeNet } from "../../src/models/legacy_senet_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_legacy_senet.safetensors", import.meta.url).pathname;

const small = (kind: LegacySeKind, options: Partial<LegacySeNetOptions> = {}) =>
  new LegacySeNet({ kind, numClasses: 5, depths: [1, 1, 1, 1], dropout: 0, ...options });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => LegacySeNet> = {
  "basic, dropping": () => small("basic", { dropout: 0.2 }),
  "bottleneck": () => small("bottleneck"),
  "resnext": () => small("resnext"),
};

testParity(path, makers);

test("legacy_seresnet18 keeps a backbone's promises", () => {
  const sides = [8, 4, 2, 1];
  assertContract({ family: legacySeNet, name: "legacy_seresnet18", size: 32, sides });
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<LegacySeNetOptions>, string][] = [
    [{ kind: "wide" as "basic" }, "kind"],
    [{ depths: [1, 1] }, "depths"],
    [{ depths: [1000, 1000, 1, 1] }, "blocks"],
  ];
  for (const [options, named] of wrong) {
    const { message } = assertThrows(() => small("basic", options), ArgumentError);
    assertStringIncludes(message, named);
  }
});
