/**
 * Exports one model of each family, at random weights, and has Python load it: `timm.create_model` by `checkpoint_path` and by
 * `local-dir:`, `load_state_dict` with `strict=True` in timm and torchvision, `torch.jit.load`, and onnxruntime after ONNX's own
 * checker. Prints how far logits and features are apart, as a part of the largest, and what is missing.
 *
 *     deno run -A tests/parity/exported.ts [python] [pattern …]
 *
 * `python` is an interpreter with torch, torchvision, timm, safetensors, onnx and onnxruntime; patterns choose architectures,
 * as `models.list` does, in place of the smallest of each family; `special` stands for those with options of their own.
 *
 * @module
 */

import { create } from "../../src/models/create.ts";
import type { BuildOptions } from "../../src/models/entry.ts";
import { entry, list } from "../../src/models/registry.ts";
import { exportOnnx } from "../../src/runs/export_onnx.ts";
import { exportSafetensors } from "../../src/runs/export_safetensors.ts";
import { exportTorchScript } from "../../src/runs/export_torch_script.ts";
import * as torch from "../../src/torch/mod.ts";
import { families, randomize } from "./families.ts";

/** An architecture, and options that are not as published. */
type Case = readonly [name: string, options?: Partial<BuildOptions>];

/** Options that config.json must tell timm of. */
const special: readonly Case[] = [
  ["resnet18", { numClasses: 0 }],
  ["resnet18", { inChannels: 1 }],
  ["vit_tiny_patch16_224", { numClasses: 0 }],
  ["vit_tiny_patch16_224", { imageSize: 64, inChannels: 1 }],
  ["swin_tiny_patch4_window7_224", { imageSize: 448 }],
  ["fastvit_t8", { folded: true }],
  ["mobileone_s0", { folded: true }],
  ["repvit_m0_9", { folded: true }],
];

async function write(folder: string, [name, options = {}]: Case): Promise<void> {
  torch.manualSeed(0);
  using model = create(name, { numClasses: 10, ...options });
  randomize(model);
  const { inputSize, mean, std, interpolation, cropFraction } = entry(name);
  const side = options.imageSize ?? inputSize;
  const channels = options.inChannels ?? 3;
  model.view = {
    size: [side, side],
    mean: mean.slice(0, channels),
    std: std.slice(0, channels),
    interpolation,
    cropFraction,
  };
  if (model.numClasses > 0) model.classNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  model.eval();
  const written = await exportSafetensors(model, folder);
  await exportOnnx(model, `${folder}/student.onnx`, { view: false });
  await exportTorchScript(model, `${folder}/student.pt`);
  torch.inferenceMode(() =>
    torch.scope(() => {
      const x = torch.randn([2, channels, side, side]);
      const features = model.features(x);
      const tensors = { x, features, ...(model.numClasses > 0 && { y: model.forward(x) }) };
      torch.saveSafetensors(`${folder}/expected.safetensors`, tensors);
    })
  );
  // What torchvision's functions are not told of here is in the lines that are printed.
  const isPlain = Object.keys(options).length === 0;
  const spec = { ...written, view: model.view, torchvision: isPlain };
  await Deno.writeTextFile(`${folder}/spec.json`, JSON.stringify(spec));
}

const [python = "python3", ...patterns] = Deno.args;
const cases: readonly Case[] = patterns.length === 0
  ? [...(await families()).map((name) => [name] as const), ...special]
  : patterns.flatMap((pattern): readonly Case[] =>
    pattern === "special" ? special : list(pattern).map((name) => [name])
  );
const script = new URL("exported.py", import.meta.url).pathname;
let faults = 0;
for (const [name, options = {}] of cases) {
  const folder = Deno.makeTempDirSync();
  const title = `${name} ${Object.entries(options).map(([key, value]) => `${key} ${value}`)}`;
  try {
    await write(folder, [name, options]);
    const { code, stdout, stderr } = await new Deno.Command(python, { args: [script, folder] })
      .output();
    const text = new TextDecoder();
    const said = text.decode(code === 0 ? stdout : stderr).trim().split("\n").at(-1)!;
    if (code !== 0 || said.includes("MISS")) faults++;
    console.log(`${title.padEnd(46)} ${code === 0 ? "" : "MISS "}${said}`);
  } catch (error) {
    faults++;
    console.log(`${title.padEnd(46)} MISS ${(error as Error).message.slice(0, 300)}`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
console.log(
  faults === 0 ? `No misses in ${cases.length}.` : `${faults} misses in ${cases.length}.`,
);
if (faults > 0) Deno.exit(1);
