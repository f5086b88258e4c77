/** A process that joins stores: `merge_child.ts INTO FROM...`. It says "begun" before anything is copied. */

import * as teachers from "../../../src/teachers/mod.ts";

const [root, ...from] = Deno.args;
await teachers.mergeStores(new teachers.Store({ root }), from, {
  onProgress: (done, total) => {
    if (done === total / 2) console.log("begun");
  },
});
Deno.exit(0);
