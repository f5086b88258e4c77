/**
 * A process that fills a store: `child.ts ROOT IMAGES VIEWS SLOW [hold]`. It says "begun" before the first batch; with "hold"
 * it opens the entry, says "held" and waits.
 */

import * as teachers from "../../../src/teachers/mod.ts";
import { describer, Numbers, voter } from "./stores.ts";

const [root, images, views, slow, what] = Deno.args;
const store = new teachers.Store({ root });
const pixels = new Numbers(Number(images), Number(views), "numbers", Number(slow));
const list = [describer(), voter()];
const options = { shardImages: 8, batchSize: 4 } as const;
if (what === "hold") {
  store.open(await teachers.describeEntry(list[1], pixels, options));
  console.log("held");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
const filled = await teachers.fill(store, {
  ...options,
  teachers: list,
  pixels,
  onStart: () => console.log("begun"),
});
console.log(`computed ${filled.computed}`);
Deno.exit(0);
