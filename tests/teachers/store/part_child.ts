/**
 * A process that fills a part of a store: `part_child.ts ROOT IMAGES VIEWS SLOW INDEX OF [OWN]`; all that is missing where INDEX
 * is "rest". It says "begun" before the first batch. With OWN it then fills the same part in a folder of its own.
 */

import * as teachers from "../../../src/teachers/mod.ts";
import { describer, Numbers, voter } from "./stores.ts";

const [root, images, views, slow, index, of, own] = Deno.args;
const options = {
  shardImages: 8,
  batchSize: 4,
  teachers: [describer(), voter()],
  pixels: new Numbers(Number(images), Number(views), "numbers", Number(slow)),
  ...(index !== "rest" && { part: { index: Number(index), of: Number(of) } }),
  onStart: () => console.log("begun"),
};
const { computed } = await teachers.fill(new teachers.Store({ root }), options);
if (own !== undefined) await teachers.fill(new teachers.Store({ root: own }), options);
console.log(`computed ${computed}`);
Deno.exit(0);
