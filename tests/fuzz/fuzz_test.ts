import { assert, assertEquals } from "@std/assert";
import { fuzz } from "./fuzz.ts";

Deno.test("20,000 well-typed calls of operators: none crashes, hangs or ends in a bare error", async () => {
  const outcome = await fuzz({ seed: 1, processes: 4, calls: 5000, atOnce: 2 });
  const { worked, refused, ...rest } = outcome;
  assertEquals(rest, { bare: {}, crashes: [], hangs: [], printed: [], left: 0 });
  assertEquals(worked + refused, 20_000);
  assert(worked > 5000 && refused > 5000, `${worked} returned, ${refused} were refused`);
});

Deno.test("3,000 layers, functional forms, optimizers and schedules of odd numbers: no bare error", async () => {
  const outcome = await fuzz({ seed: 1, processes: 1, calls: 3000, script: "modules" });
  // Parameters outlive the scope that they are made in, until their modules are collected.
  const { worked, refused, left: _, ...rest } = outcome;
  assertEquals(rest, { bare: {}, crashes: [], hangs: [], printed: [] });
  assert(worked > 500 && refused > 500, `${worked} returned, ${refused} were refused`);
});
