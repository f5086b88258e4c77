/**
 * Reads all rows of a store in random order: `memory_child.ts ROOT IMAGES WIDTH`. Writes how much memory of its own, in kB, it
 * took more than before the first row, and how many bytes of rows it read.
 */

import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { describer, Numbers } from "./stores.ts";

const [root, images, width] = [Deno.args[0], Number(Deno.args[1]), Number(Deno.args[2])];
/** The memory that the system cannot take back without writing it somewhere. */
const anonymous = () =>
  Number(/^RssAnon:\s*(\d+)/m.exec(Deno.readTextFileSync("/proc/self/status"))![1]);

const store = new teachers.Store({ root });
const teacher = describer("wide", 1, width);
const entry = store.find(await teachers.describeEntry(teacher, new Numbers(images)))!;
const batch = 64;
const indices = (at: number) =>
  Int32Array.from({ length: batch }, (_, i) => ((at + i) * 7919) % images);
let before = 0;
let most = 0;
let sum = 0;
for (let at = 0; at < images; at += batch) {
  torch.scope(() => {
    const { features } = entry.rows(0, indices(at));
    sum += features.narrow(1, 0, 1).sum().item() as number;
  });
  // What libtorch and the engine need for a first batch is not the store's.
  if (at === batch) before = anonymous();
  most = Math.max(most, anonymous());
}
console.log(JSON.stringify({ kilobytes: most - before, sum }));
Deno.exit(0);
