/**
 * How each of `examples/` is run in small: the list to extend when there is a new one.
 *
 * @module
 */

import { encode } from "fast-png";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";

/** One example, and what it needs. */
export interface Example {
  /** The file in `examples/`. */
  readonly file: string;
  /**
   * The arguments; `--small` by default, with which an example that trains on thousands of images takes some hundred.
   * Whatever files they name are made here, in the folder that the example runs in.
   */
  readonly args?: (folder: string) => string[];
  /** The files that must be in its folder afterwards. */
  readonly writes: readonly string[];
  /** The seconds that it may take on two cores; 120 by default. */
  readonly seconds?: number;
}

/** All examples. A test fails for a file in `examples/` that is not among them. */
export const EXAMPLES: readonly Example[] = [
  { file: "train_classifier.ts", writes: ["mnist.safetensors"] },
  { file: "uniform.ts", writes: ["runs"] },
  { file: "custom_kd.ts", writes: ["runs"] },
  {
    file: "shelf.ts",
    args: (
      folder,
    ) => [photographs(`${folder}/photos`, 8), teacherFolder(`${folder}/teacher`)],
    writes: ["student.safetensors"],
  },
];

/** Fills a folder with images of colored noise; returns the folder. */
function photographs(folder: string, count: number): string {
  const [width, height] = [64, 48];
  Deno.mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const data = crypto.getRandomValues(new Uint8Array(width * height * 3));
    Deno.writeFileSync(`${folder}/${i}.png`, encode({ width, height, data, channels: 3 }));
  }
  return folder;
}

/** Makes a folder as a hub has them, of a network that knows nothing; returns the folder. */
function teacherFolder(folder: string): string {
  Deno.mkdirSync(folder);
  const config = { architecture: "resnet18", num_classes: 10, num_features: 512 };
  Deno.writeTextFileSync(`${folder}/config.json`, JSON.stringify(config));
  torch.scope(() => {
    using model = models.create("resnet18", { numClasses: 10 });
    torch.saveSafetensors(`${folder}/model.safetensors`, model.stateDict());
  });
  return folder;
}
