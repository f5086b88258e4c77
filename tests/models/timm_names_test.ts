import { assertEquals } from "@std/assert";
import { entry, list } from "../../src/models/registry.ts";
import { skipped } from "../../src/nn/init.ts";
import { test } from "../helpers.ts";
import golden from "../golden/timm_keys.json" with { type: "json" };

/** Hashes of the names and shapes of timm's state dicts: see tests/golden/published.py. */
const hashes: Readonly<Record<string, string>> = golden;
const names = list().filter((name) => entry(name).source === "timm");

/** Families are told by the first letters of their names, so that a failure is found by its test's name. */
const families = Map.groupBy(names, (name) => name.split("_")[0]);

for (const [family, members] of families) {
  test(`${family}: names, shapes and facts are timm's`, async () => {
    for (const name of members) assertEquals(await found(name), expected(name), name);
  });
}

function expected(name: string): unknown {
  const { featureDim, stageDims, stageReductions } = entry(name);
  return { hash: hashes[name], featureDim, stageDims, stageReductions };
}

/** What our network is; its weights have no values, so that the largest take no memory. */
async function found(name: string): Promise<unknown> {
  const { build, numClasses } = entry(name);
  using model = skipped(() => build({ numClasses }));
  const lines = Object.entries(model.stateDict())
    .map(([key, { shape }]) => `${key} [${shape.join(", ")}]`);
  const { featureDim, stageDims, stageReductions } = model;
  return { hash: await hashOf(lines), featureDim, stageDims, stageReductions };
}

async function hashOf(lines: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(lines.sort().join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
