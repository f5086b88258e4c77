/** Folders of small photographs of three things, for tests of recipes on files. */
import { encode } from "fast-png";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";

const COLORS: Readonly<Record<string, readonly number[]>> = {
  apple: [220, 40, 30],
  leaf: [40, 190, 50],
  sky: [50, 70, 230],
};

/** Writes so many photographs of each thing, each in a folder of its name, brighter or darker; returns the folder. */
export async function photographs(
  folder: string,
  count: number,
  { names = Object.keys(COLORS), light = 1 } = {},
): Promise<string> {
  for (const name of names) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const color = COLORS[name] ?? [128, 128, 128];
      const [width, height] = [44 + i, 36];
      const data = Uint8Array.from(
        { length: width * height * 3 },
        (_, at) =>
          Math.min(255, light * color[at % 3] * (0.6 + 0.4 * ((at * 7 + i * 13) % 29) / 28)),
      );
      const file = encode({ width, height, data, channels: 3 });
      await Deno.writeFile(`${folder}/${name}/${name}_${i}.png`, file);
    }
  }
  return folder;
}

/** Writes a public model's weights, of a network that knows nothing; returns the file. */
export function teacherFile(folder: string, seed = 0): string {
  torch.manualSeed(seed);
  const path = `${folder}/resnet20-${String(seed).repeat(8)}.safetensors`;
  torch.scope(() => {
    using model = models.create("resnet20");
    torch.saveSafetensors(path, model.stateDict());
  });
  return path;
}
