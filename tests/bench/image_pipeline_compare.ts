/**
 * Runs `image_pipeline.ts` and `image_pipeline.py` by turns and prints the ratio of the best rates.
 *
 *     image_pipeline.py make PHOTOS FOLDER
 *     deno run -A tests/bench/image_pipeline_compare.ts FOLDER [python] [rounds] [workers] [batch]
 *
 * `python` is an interpreter with torch, torchvision and Pillow installed.
 *
 * @module
 */

import { alternate } from "./alternate.ts";

const [folder, python = "python3", rounds = "4", ...rest] = Deno.args;
const { ours, theirs } = await alternate(
  "image_pipeline",
  python,
  Number(rounds),
  Math.max,
  [folder, ...rest],
);
for (const name in ours) {
  console.log(
    `${name}: ${ours[name].toFixed(0)}  PyTorch ${theirs[name].toFixed(0)}  ratio ${
      (ours[name] / theirs[name]).toFixed(2)
    }`,
  );
}
