/**
 * Mobile networks, by the names of all their publishers. A name loads the files of each.
 *
 * @module
 */

import { EFFICIENTNET_LITE_PYTORCH, efficientnetLite } from "./efficientnet_lite_entries.ts";
import { efficientnet } from "./efficientnet_entries.ts";
import type { ModelEntry } from "./entry.ts";
import { mobilenet } from "./mobilenet_entries.ts";
import { mobilenetV4 } from "./mobilenet_v4_entries.ts";
import { TORCHVISION_MOBILE } from "./torchvision_mobile_entries.ts";
import { transformersMobile } from "./transformers_mobile_entries.ts";

const timm = new Map(
  [...efficientnet, ...efficientnetLite, ...mobilenet, ...mobilenetV4]
    .map((entry): [string, ModelEntry] => [entry.name, entry]),
);

/** Files of the package efficientnet-pytorch, and of transformers, are TensorFlow's weights as timm's `tf_` have them. */
function tensorflows(name: string): ModelEntry | undefined {
  const found = timm.get(`tf_${name}`);
  return found?.tags.includes("aa_in1k") ? found.tagged!("aa_in1k") : found;
}

/** Whose names are among those of a file, by that of the first convolution; the keys are ends of names. */
const STEMS: Readonly<Record<string, (name: string) => ModelEntry | undefined>> = {
  "features.0.0.weight": (name) => TORCHVISION_MOBILE[name],
  "_conv_stem.weight": (name) =>
    EFFICIENTNET_LITE_PYTORCH[name.replace(/^tf_/, "")] ?? tensorflows(name),
  "embeddings.convolution.weight": tensorflows,
  "conv_stem.first_conv.convolution.weight": (name) =>
    transformersMobile.find((one) => one.name === `transformers/${name.replace("tv2", "t_v2")}`),
  "conv_stem.weight": (name) => timm.get(name),
};

const base = ({ name }: ModelEntry): string => name.split(".")[0];

/** An entry that loads the files of other publishers of the network that timm calls `name`, too. */
function withFiles(entry: ModelEntry, name: string): ModelEntry {
  const ofFile: ModelEntry["ofFile"] = (names) => {
    for (const key of names) {
      const stem = Object.keys(STEMS).find((end) => key === end || key.endsWith(`.${end}`));
      if (stem === undefined) continue;
      const found = STEMS[stem](name);
      return found === undefined || base(found) === base(entry) ? null : found;
    }
    return null;
  };
  const { tagged } = entry;
  return {
    ...entry,
    ofFile,
    ...(tagged && { tagged: (tag: string) => ({ ...tagged(tag), ofFile }) }),
  };
}

const others = { ...TORCHVISION_MOBILE, ...EFFICIENTNET_LITE_PYTORCH };

/** Mobile networks, by the names of all their publishers. */
export const mobile: readonly ModelEntry[] = [
  ...[...timm].map(([name, entry]) => withFiles(entry, name)),
  ...Object.entries(others).map(([name, entry]) => withFiles(entry, name)),
  ...transformersMobile,
];
