import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { Cka } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/cka.json", import.meta.url)),
) as Record<string, number[][]> & { features: number[][][] };
const names = ["linear", "bent", "strange"];

/** The golden's features in batches of these sizes. */
function cka(dtype: torch.DType, ...sizes: number[]): number[][] {
  const found = new Cka(names);
  const whole = golden.features.map((rows) => torch.tensor(rows, { dtype, device }));
  let from = 0;
  for (const size of sizes) {
    found.add(new Map(names.map((name, i) => [name, whole[i].narrow(0, from, size)])));
    from += size;
  }
  return found.similarities();
}

test("similarities are those of the estimator's own formula, by batches", () => {
  for (const [dtype, rtol, atol] of [["float64", 1e-9, 1e-12], ["float32", 1e-4, 1e-5]] as const) {
    assertClose(cka(dtype, 27), golden.whole, { rtol, atol });
    assertClose(cka(dtype, 9, 9, 9), golden["three batches of nine"], { rtol, atol });
    assertClose(cka(dtype, 12, 10, 5), golden["batches of 12, 10 and 5"], { rtol, atol });
  }
  const biased = golden.biased[0][1];
  assert(Math.abs(cka("float64", 27)[0][1] - biased) > 0.03, "the biased estimate is another one");
});

test("similarities are those that a published package computes", () => {
  const published = JSON.parse(
    Deno.readTextFileSync(new URL("../golden/cka_published.json", import.meta.url)),
  );
  const close = { rtol: 1e-9, atol: 1e-12 };
  assertClose(cka("float64", 27), published.whole, close);
  assertClose(cka("float64", 9, 9, 9), published["three batches of nine"], close);
});

test("a batch that is too small for the estimate is passed over", () => {
  assertEquals(cka("float64", 12, 10, 3), cka("float64", 12, 10));
  assertEquals(cka("float64", 3), names.map(() => names.map(() => NaN)));
});

test("rotation, scale and shift change nothing; other features do", () => {
  const found = new Cka(["a", "turned", "other", "half"]);
  const features = torch.randn([64, 8], { dtype: "float64", device });
  const [turn] = torch.call(
    "aten::linalg_qr",
    torch.randn([8, 8], { dtype: "float64", device }),
  ) as torch.Tensor[];
  found.add(
    new Map([
      ["a", features],
      ["turned", features.matmul(turn).mul(7).add(100)],
      ["other", torch.randn([64, 3], { dtype: "float64", device })],
      ["half", features.to("bfloat16")],
    ]),
  );
  const [[self, turned, other, half]] = found.similarities();
  assertClose([self, turned], [1, 1], { rtol: 1e-9 });
  assert(Math.abs(other) < 0.2, `${other}`);
  assertClose(half, 1, { atol: 1e-3 });
});

test("unrelated features come to nothing on average, however few images a batch has", () => {
  const found = new Cka(["a", "b"]);
  const draw = () => torch.randn([8, 4], { device });
  for (let i = 0; i < 400; i++) {
    using _ = torch.scope();
    found.add(new Map([["a", draw()], ["b", draw()]]));
  }
  assert(Math.abs(found.similarities()[0][1]) < 0.03, `${found.similarities()[0][1]}`);
});

test("who is missing in a batch is compared where it was there", () => {
  const [x, y, z] = golden.features.map((rows) => torch.tensor(rows, { dtype: "float64", device }));
  const part = (features: torch.Tensor, batch: number) => features.narrow(0, 9 * batch, 9);
  const found = new Cka(names);
  found.add(new Map([["linear", part(x, 0)], ["bent", part(y, 0)]]));
  found.add(new Map([["bent", part(y, 1)], ["linear", part(x, 1)]]));
  found.add(new Map([["strange", part(z, 2)]]));
  const [[, alike, strange], , own] = found.similarities();
  assertClose(alike, cka("float64", 9, 9)[0][1], { rtol: 1e-9 });
  assertEquals([strange, own[2]], [NaN, 1]);
});

test("features that are all the same are like nothing", () => {
  const found = new Cka(["dead", "zero", "alive"]);
  found.add(
    new Map([
      ["dead", torch.full([20, 5], 0.1, { device })],
      ["zero", torch.zeros([20, 5], { device })],
      ["alive", torch.randn([20, 5], { device })],
    ]),
  );
  assertEquals(found.similarities().map((row) => row.map(Number.isNaN)), [
    [true, true, true],
    [true, true, true],
    [true, true, false],
  ]);
});

test("what cannot be compared is refused", () => {
  assertThrows(() => new Cka(["a", "a"]), ArgumentError, "two have one");
  const found = new Cka(["a", "b"]);
  const two = torch.zeros([5, 2], { device });
  assertThrows(() => found.add(new Map([["c", two]])), ArgumentError, '"c"');
  const six = torch.zeros([6, 2], { device });
  assertThrows(() => found.add(new Map([["a", two], ["b", six]])), ShapeError, "[6, 2]");
  assertThrows(() => found.add(new Map([["a", two.flatten()]])), ShapeError, "[10]");
  found.add(new Map());
});
