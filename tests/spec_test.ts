import { assertEquals, assertNotEquals } from "@std/assert";
import {
  about,
  canonicalJson,
  differencesOf,
  fingerprint,
  parseSpec,
  specText,
} from "../src/base/spec.ts";

Deno.test("equal specs have one text, whatever the order of their entries", () => {
  const one = { b: [1, "x", null, true], a: { d: 2, c: undefined, "é": -0.5 } };
  const other = { a: { "é": -0.5, d: 2 }, b: [1, "x", null, true] };
  assertEquals(canonicalJson(one), '{"a":{"d":2,"é":-0.5},"b":[1,"x",null,true]}');
  assertEquals(canonicalJson(other), canonicalJson(one));
  assertEquals(fingerprint(other), fingerprint(one));
  assertNotEquals(fingerprint({ ...one, b: [1, "x", null, false] }), fingerprint(one));
  assertEquals(fingerprint(1).length, 16);
});

Deno.test("what JSON cannot hold comes back as it was", () => {
  const spec = { nan: NaN, far: [Infinity, -Infinity], number: "5", nested: { number: 3 } };
  assertEquals(parseSpec(canonicalJson(spec)), spec);
});

Deno.test("differences are listed with their place and both values", () => {
  const before = { lr: 0.1, groups: [{ a: 1 }, { a: 2 }], gone: "x", same: [1, 2], kind: { a: 1 } };
  const now = { lr: 0.2, groups: [{ a: 1 }, { a: 3 }], fresh: null, same: [1, 2], kind: [1] };
  assertEquals(differencesOf(before, now), [
    { path: "gone", before: "x", now: undefined },
    { path: "groups.1.a", before: 2, now: 3 },
    { path: "kind", before: { a: 1 }, now: [1] },
    { path: "lr", before: 0.1, now: 0.2 },
    { path: "fresh", before: undefined, now: null },
  ]);
  assertEquals(differencesOf(before, before), []);
  assertEquals(differencesOf([1], [1, 2]), [{ path: "1", before: undefined, now: 2 }]);
});

Deno.test("rough numbers are equal within a ten-thousandth", () => {
  assertEquals(differencesOf({ a: about(100) }, { a: about(100.005) }), []);
  assertEquals(differencesOf({ a: about(100) }, { a: about(100.02) }).length, 1);
  assertEquals(differencesOf(about(0), about(1e-7)), []);
  assertEquals(differencesOf(about(NaN), about(NaN)), []);
  assertEquals(differencesOf(about(1), 1).length, 1);
});

Deno.test("values are shown in a few words", () => {
  assertEquals([specText(undefined), specText("a"), specText(0.5)], ["none", '"a"', "0.5"]);
  assertEquals(specText(about(0.123456)), "about 0.1235");
  assertEquals(specText("x".repeat(200)), `"${"x".repeat(59)}… (202 characters)`);
});
