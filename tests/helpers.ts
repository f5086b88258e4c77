/**
 * What the tests share: the device they run on, a test that finds leaks, and closeness.
 *
 * @module
 */

import { AssertionError } from "@std/assert";
import { forgetConstants } from "../src/torch/constants.ts";
import * as torch from "../src/torch/mod.ts";

/** The device that every test makes its tensors on: the one place to change it. */
export const device: torch.Device = (Deno.env.get("APPRENTICE_TEST_DEVICE") ||
  "cpu") as torch.Device;

/**
 * A test that fails if tensors are left over when it is done.
 *
 * A synchronous `body` runs in a scope, so only what it keeps can be left over. Of an async one the
 * scope covers the part before the first `await`; what is made after it needs scopes of its own, or
 * `using`.
 */
export function test(
  name: string,
  body: (context: Deno.TestContext) => void | Promise<void>,
  options: Omit<Deno.TestDefinition, "name" | "fn"> = {},
): void {
  Deno.test({
    ...options,
    name,
    async fn(context) {
      forgetConstants();
      const before = torch.memory().tensors;
      await torch.scope(() => body(context));
      // On a card they are there for the whole run.
      forgetConstants();
      const left = torch.memory().tensors - before;
      if (left !== 0) {
        throw new AssertionError(
          left > 0
            ? `The test left ${left} tensors alive.`
            : `The test freed ${-left} tensors that were alive before it.`,
        );
      }
    },
  });
}

/** Runs `work` with a folder of its own, which goes with what is in it. */
export async function inFolder(work: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What {@linkcode assertClose} compares: a tensor, a typed array, numbers, or nested arrays of them. */
export type Values =
  | torch.Tensor
  | torch.TypedArray
  | number
  | boolean
  | bigint
  | null
  | readonly Values[];

/** How far apart values may be: `|actual - expected| <= atol + rtol * |expected|`. */
export interface Tolerance {
  /** The part that grows with the expected value; 1e-5 by default. */
  rtol?: number;
  /** The part that does not; 1e-6 by default. */
  atol?: number;
}

/** Asserts that all values are close, and their shapes the same; NaN is close to NaN. */
export function assertClose(
  actual: Values,
  expected: Values,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): void {
  const problems: string[] = [];
  let wrong = 0;
  let count = 0;
  const compare = (a: Values, e: Values, path: string): void => {
    const left = asPlain(a);
    const right = asPlain(e);
    if (Array.isArray(left) || Array.isArray(right)) {
      if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) {
        throw new AssertionError(
          `The shapes differ at ${path || "the top"}: ${shape(left)}, expected ${shape(right)}.`,
        );
      }
      for (let i = 0; i < left.length; i++) compare(left[i], right[i], `${path}[${i}]`);
      return;
    }
    count++;
    if (isClose(left as Scalar, right as Scalar, rtol, atol)) return;
    wrong++;
    if (problems.length < 5) {
      problems.push(`  at ${path || "the value"}: ${left}, expected ${right}`);
    }
  };
  compare(actual, expected, "");
  if (wrong > 0) {
    throw new AssertionError(
      `${wrong} of ${count} values are not close (rtol ${rtol}, atol ${atol}):\n${
        problems.join("\n")
      }${wrong > problems.length ? "\n  …" : ""}`,
    );
  }
}

type Scalar = number | boolean | bigint | null;

function asPlain(value: Values): Scalar | readonly Values[] {
  if (value instanceof torch.Tensor) return value.toArray();
  if (ArrayBuffer.isView(value)) return Array.from(value as Iterable<number | bigint>);
  return value as Scalar | readonly Values[];
}

function shape(value: unknown): string {
  const sizes: number[] = [];
  for (let v = value; Array.isArray(v); v = v[0]) sizes.push(v.length);
  return sizes.length === 0 ? `the value ${value}` : `[${sizes.join(", ")}]`;
}

function isClose(actual: Scalar, expected: Scalar, rtol: number, atol: number): boolean {
  if (actual === null || expected === null) return actual === expected;
  // Exact where numbers are not: whole numbers beyond 2^53.
  if (typeof actual === "bigint" && typeof expected === "bigint") return actual === expected;
  const a = Number(actual);
  const e = Number(expected);
  if (Object.is(a, e) || a === e) return true;
  return Math.abs(a - e) <= atol + rtol * Math.abs(e) && Number.isFinite(e);
}
