import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { minimize } from "../../src/evaluation/minimize.ts";

/** The sum of scale[i] (x[i] - i)², and how often it was asked. */
function bowl(scales: readonly number[]) {
  const counts = { calls: 0 };
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    counts.calls++;
    return scales.reduce((sum, scale, i) => {
      gradient[i] = 2 * scale * (x[i] - i);
      return sum + scale * (x[i] - i) ** 2;
    }, 0);
  };
  return { objective, counts };
}

Deno.test("a bowl, steep in some directions and flat in others", () => {
  const { objective, counts } = bowl([1000, 1, 0.01, 30, 0.1]);
  const start = Float64Array.of(5, -3, 100, 0, 1);
  const x = minimize(objective, start, { tolerance: 1e-10 });
  x.forEach((value, i) => assertAlmostEquals(value, i, 1e-7));
  assertEquals([...start], [5, -3, 100, 0, 1]);
  // Steepest descent would need some 100,000.
  assert(counts.calls < 100, `${counts.calls} evaluations`);
});

Deno.test("a function that is no parabola: Rosenbrock's valley", () => {
  const x = minimize(
    ([a, b], gradient) => {
      gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
      gradient[1] = 200 * (b - a * a);
      return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
    },
    Float64Array.of(-1.2, 1),
    { tolerance: 1e-8 },
  );
  assertAlmostEquals(x[0], 1, 1e-6);
  assertAlmostEquals(x[1], 1, 1e-6);
});

Deno.test("at the minimum it stays, and steps can be limited", () => {
  const { objective, counts } = bowl([1, 1]);
  assertEquals([...minimize(objective, Float64Array.of(0, 1))], [0, 1]);
  assertEquals(counts.calls, 1);
  const start = Float64Array.of(10, 10);
  assertEquals(minimize(objective, start, { maxSteps: 0 }), start);
});

Deno.test("a function with rounding errors ends", () => {
  const { objective, counts } = bowl([1, 3, 100]);
  const rounded = (x: Float64Array, gradient: Float64Array): number => {
    const value = objective(x, gradient);
    gradient.set(gradient.map(Math.fround));
    return Math.fround(value + 1000);
  };
  const x = minimize(rounded, Float64Array.of(9, 9, 9), { tolerance: 0 });
  x.forEach((value, i) => assertAlmostEquals(value, i, 0.01));
  assert(counts.calls < 1000);
});
