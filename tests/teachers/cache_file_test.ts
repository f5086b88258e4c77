import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ApprenticeError, ChecksumError, FormatError } from "../../src/base/errors.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

function inFile(work: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    work(`${folder}/outputs.safetensors`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const outputs = (logits = true) =>
  new teachers.OutputCache(
    "größe",
    torch.randn([7, 5]),
    logits ? torch.randn([7, 3]).to("bfloat16") : undefined,
  );

test("stored outputs come back as they were", () =>
  inFile((path) => {
    for (const logits of [true, false]) {
      using own = outputs(logits);
      own.save(path);
      using again = teachers.OutputCache.load(path, "größe");
      assertEquals([again.name, again.length], ["größe", 7]);
      assertEquals(again.features.toArray(), own.features.toArray());
      assertEquals(again.logits?.toArray(), own.logits?.toArray());
      assertEquals(again.logits?.dtype, own.logits?.dtype);
    }
    assertThrows(() => teachers.OutputCache.load(path, "other"), FormatError, 'not of "other"');
    torch.saveSafetensors(path, { features: torch.ones([2, 2]) });
    assertThrows(() => teachers.OutputCache.load(path), FormatError, "does not hold a teacher's");
    torch.saveSafetensors(path, { logits: torch.ones([2, 2]) }, {
      format: "apprentice-outputs",
      name: "a",
    });
    assertThrows(() => teachers.OutputCache.load(path), FormatError, "matrices");
  }));

test("every damaged byte of stored outputs is found, or changes nothing", () =>
  inFile((path) => {
    using own = outputs();
    own.save(path);
    const good = Deno.readFileSync(path);
    const expected = [own.name, own.features.toArray(), own.logits!.toArray()];
    let found = 0;
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] ^= 1 << at % 8;
      Deno.writeFileSync(path, bad);
      try {
        using read = teachers.OutputCache.load(path);
        assertEquals([read.name, read.features.toArray(), read.logits?.toArray()], expected);
      } catch (error) {
        if (!(error instanceof ApprenticeError)) throw error;
        assertStringIncludes(error.message, path);
        found++;
      }
    }
    assert(found > good.length - 30, `${found} of ${good.length}`);
    Deno.writeFileSync(path, good.slice().fill(0, good.length - 16));
    const error = assertThrows(() => teachers.OutputCache.load(path), ChecksumError);
    assertStringIncludes(error.message, 'tensor "logits"');
  }));
