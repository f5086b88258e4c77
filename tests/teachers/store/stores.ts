/**
 * Small stores: pixels that are computed of an image's number, and teachers that are a layer.
 */

import type * as data from "../../../src/data/mod.ts";
import * as nn from "../../../src/nn/mod.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";

/** How many numbers the features of {@linkcode describer} have. */
export const WIDTH = 12;
/** How many classes {@linkcode voter} knows. */
export const CLASSES = 5;
const PIXELS = 16;

/** Pixels (B, 1, 4, 4) that depend on image and variant alone; counts how often it is asked, and for how many. */
export class Numbers implements data.PixelSource {
  asked = 0;
  made = 0;
  constructor(
    readonly images: number,
    readonly views: number | null = 1,
    readonly name = "numbers",
    /** Milliseconds that a batch takes. */
    readonly slow = 0,
  ) {}
  pixelSpec() {
    return Promise.resolve({ name: this.name, images: this.images, views: this.views });
  }
  pixelsOf(indices: Int32Array, variant: number) {
    this.asked++;
    this.made += indices.length;
    const pixels = pixelsOf(indices, variant);
    const places = torch.tensor([...indices], { dtype: "int64" });
    const made = {
      pixels,
      indices: places,
      [Symbol.dispose]() {
        pixels.dispose();
        places.dispose();
      },
    };
    if (this.slow === 0) return made;
    torch.keep(pixels);
    torch.keep(places);
    return new Promise<typeof made>((resolve) => setTimeout(() => resolve(made), this.slow));
  }
}

/** The pixels of {@linkcode Numbers}. */
export function pixelsOf(indices: Int32Array, variant: number): torch.Tensor {
  const values = new Float32Array(indices.length * PIXELS);
  indices.forEach((index, row) => {
    for (let i = 0; i < PIXELS; i++) {
      values[row * PIXELS + i] = Math.sin(1 + index * 0.37 + i * 1.7 + variant * 0.11);
    }
  });
  return torch.tensor(values).reshape([indices.length, 1, 4, 4]);
}

function weights(seed: number, outputs: number): Float32Array {
  return Float32Array.from(
    { length: outputs * PIXELS },
    (_, i) => Math.cos(seed + i * 0.93) + 0.3,
  );
}

/** A descriptive teacher: a layer of fixed weights. Dispose of it with {@linkcode freed}. */
export function describer(
  name = "describer",
  seed = 1,
  width = WIDTH,
): teachers.Teacher {
  const layer = new nn.Linear(PIXELS, width);
  torch.noGrad(() =>
    torch.scope(() => {
      layer.weight.copy_(torch.tensor(weights(seed, width)).reshape([width, PIXELS]));
      layer.bias!.zero_();
    })
  );
  const model = Object.assign(layer, {
    featureDim: width,
    features: (images: torch.Tensor) => layer.forward(images.flatten(1)),
  });
  return teachers.descriptive({ name, model });
}

/** A predictive teacher that is a function: its features are the pixels. */
export function voter(name = "voter", seed = 2): teachers.Teacher {
  return teachers.predictive({
    name,
    featureDim: PIXELS,
    numClasses: CLASSES,
    run: (images) => {
      const features = images.flatten(1);
      const weight = torch.tensor(weights(seed, CLASSES)).reshape([CLASSES, PIXELS]);
      return { features, logits: features.matmul(weight.t()) };
    },
  });
}

/** Frees the models of teachers. */
export function freed(...list: teachers.Teacher[]): Disposable {
  return {
    [Symbol.dispose]() {
      for (const { model } of list) {
        for (const tensor of Object.values(model?.stateDict() ?? {})) tensor.dispose();
      }
    },
  };
}

/** The contents of all files below a folder by their paths, without what only says when and who. */
export function contents(folder: string, below = ""): Record<string, string> {
  const all: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) Object.assign(all, contents(path, `${below}${name}/`));
    else if (name.endsWith(".safetensors")) {
      all[below + name] = new TextDecoder("latin1").decode(Deno.readFileSync(path));
    } else if (name !== "used" && name !== "entry.json" && !below.startsWith("locks")) {
      all[below + name] = "left over";
    }
  }
  return all;
}

/** The paths of all shards below a folder, in their order. */
export function shardsBelow(folder: string): string[] {
  return Object.keys(contents(folder)).filter((name) => name.endsWith(".safetensors")).sort()
    .map((name) => `${folder}/${name}`);
}
