import { assertEquals } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { readTable } from "../../../src/base/options.ts";
import { test } from "../../helpers.ts";

/** What has to be given of each, as there is no default. */
const required: Record<string, object> = {
  randomCrop: { padding: 2 },
  randomResizedCrop: { size: [8, 8] },
  resize: { size: [8, 8] },
  randomRotation: { degrees: 10 },
  cutout: { size: 4 },
  corrupt: { corruption: "contrast" },
};

test("every transform by name says of itself what its table says", () => {
  for (const [name, { options, make }] of Object.entries(data.TRANSFORMS)) {
    const filled = readTable(options, required[name] ?? {}, name);
    const spec = make(filled).spec as Record<string, unknown>;
    if (name === "randomRotation") {
      assertEquals(spec.name, "randomAffine");
      assertEquals(spec.degrees, 10);
    } else if (name === "colorJitter") {
      // Its spec has the ranges that its numbers stand for.
      assertEquals(spec.p, filled.p);
    } else assertEquals(spec, { name, ...filled }, name);
  }
});
