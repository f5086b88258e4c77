/**
 * Calls typed operators with well-typed, unusual arguments, and prints how the calls ended.
 *
 *     deno run -A tests/fuzz/run.ts [CALLS] [SEED] [PATTERN]      a million calls by default
 *
 * @module
 */

import { fuzz } from "./fuzz.ts";

const [calls = "1000000", seed = "1", pattern] = Deno.args;
const each = 10_000;
const processes = Math.ceil(Number(calls) / each);
let done = 0;
const { worked, refused, bare, crashes, hangs, printed, left } = await fuzz({
  seed: Number(seed),
  processes,
  calls: each,
  atOnce: 2,
  pattern,
  onDone: () => {
    if (++done % 10 === 0) console.error(`${done} of ${processes} processes`);
  },
});
const rows = Object.entries(bare);
console.log(`calls        ${worked + refused}`);
console.log(`returned     ${worked}`);
console.log(`refused      ${refused}  (in words, by an error of this package)`);
console.log(`bare errors  ${rows.reduce((sum, [, [count]]) => sum + count, 0)}`);
console.log(`crashes      ${crashes.length}`);
console.log(`hangs        ${hangs.length}`);
console.log(`lines printed ${printed.length}, tensors left ${left}`);
for (const [key, [count, call]] of rows) console.log(`bare ${count} x ${key}\n    ${call}`);
for (const call of crashes) console.log(`crash ${call}`);
for (const call of hangs) console.log(`hang ${call}`);
for (const line of new Set(printed)) console.log(`printed ${line}`);
if (rows.length + crashes.length + hangs.length > 0) Deno.exit(1);
