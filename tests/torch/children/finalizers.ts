/**
 * What the garbage collector frees: prints how many tensors are left when nothing refers to those of
 * every kind any more. Needs `--v8-flags=--expose-gc`.
 *
 * @module
 */

import * as torch from "../../../src/torch/mod.ts";

const collect = (globalThis as unknown as { gc(): void }).gc;

async function left(): Promise<number> {
  // What runs when tensors are collected runs between turns of the event loop.
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return torch.memory().tensors;
}

const kept = torch.ones([2]);
for (let i = 0; i < 1000; i++) torch.zeros([10]);
const made = torch.memory().tensors - 1;
const unscoped = await left();

torch.scope(() => void torch.keep(torch.ones([2])));
const keptLeft = await left();

for (let i = 0; i < 10; i++) torch.scope(() => [torch.ones([2])]);
await torch.scope(async () => {
  await null;
  return torch.ones([2]);
});
const returnedLeft = await left();

async function careless(): Promise<void> {
  using _ = torch.scope();
  torch.ones([2]);
  await null;
  torch.ones([2]);
}
await careless();
const crossedLeft = await left();

for (let i = 0; i < 100; i++) new torch.Generator(i);
const used = new torch.Generator(1);
const generatorsLeft = await left();

// The promise of a scope that nobody can settle: what is in the scope goes with it.
function abandon(): void {
  torch.scope(async () => {
    torch.ones([2]);
    await new Promise<void>(() => {});
  });
}
abandon();
const abandonedLeft = await left();

// One that is only slow goes on.
let settle = () => {};
const slow = torch.scope(async () => {
  const inside = torch.ones([2]);
  await new Promise<void>((resolve) => settle = resolve);
  return inside.sum().item();
});
const slowLeft = await left();
settle();
const slowResult = await slow;

console.log(JSON.stringify({
  made,
  left: unscoped,
  kept: kept.toArray(),
  keptLeft,
  returnedLeft,
  crossedLeft,
  generatorsLeft,
  abandonedLeft,
  slowLeft,
  slowResult,
  drawn: torch.scope(() => torch.rand([2], { generator: used }).numel),
}));
