/** A CLIP that is quick: OpenCLIP's text tower of the golden files, and a small network for the image tower. */

import { create } from "../../src/models/create.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** The folder of the golden files. */
export const golden: string = new URL("../golden/clip_text/", import.meta.url).pathname;

/** What OpenCLIP says: classes and their texts, and by name what it made of them. */
export const prompts: Record<string, string[]> = JSON.parse(
  torch.loadSafetensorsMetadata(`${golden}truth.safetensors`).prompts,
);

/** The golden text tower has two heads of 8, and OpenAI's activation. */
export const textTower = { heads: 2, activation: "quickGelu" } as const;

/** The image tower: its head is the projection to the ten numbers that texts have. */
export const architecture = "resnet20";

/** The state dict of a whole CLIP. */
export function wholeClip(): Record<string, torch.Tensor> {
  torch.manualSeed(3);
  using images = create(architecture, { numClasses: 10 });
  const texts = torch.loadSafetensors(`${golden}checkpoint.safetensors`);
  return Object.fromEntries([
    ...Object.entries(texts).filter(([name]) => !name.startsWith("visual.")),
    ...Object.entries(images.stateDict()).map(([name, t]) =>
      [`visual.${name}`, t.clone()] as const
    ),
  ]);
}

/** Writes a folder with the weights and the vocabulary; returns the path of the weights. */
export function writeClip(folder: string, more: Record<string, torch.Tensor> = {}): string {
  const path = `${folder}/model.safetensors`;
  torch.scope(() => torch.saveSafetensors(path, { ...wholeClip(), ...more }));
  Deno.copyFileSync(`${golden}tokenizer.json`, `${folder}/tokenizer.json`);
  return path;
}

/** Two pictures. */
export function pictures(): torch.Tensor {
  return torch.arange(2 * 3 * 32 * 32).reshape([2, 3, 32, 32]).remainder(251)
    .to({ dtype: "uint8", device });
}
