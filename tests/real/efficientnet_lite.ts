/**
 * What published models say about real photographs: the five classes that they find most likely, and whether the right
 * one is among them.
 *
 *     deno run -A tests/real/efficientnet_lite.ts [lite0] [lite1] [lite2] [--save=FOLDER]
 *
 * With `--save` the prepared photographs, the logits and features are written to `FOLDER/lite0.safetensors` and so
 * on, for `efficientnet_lite_peer.py`, which compares them with the publisher's own code.
 *
 * @module
 */

import { makeFolder } from "../../src/base/files.ts";
import type { Backbone } from "../../src/models/backbone.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { liteOf, LITES, loadLite } from "./lite.ts";
import { classNames, type Photograph, photographs, prepare } from "./photographs.ts";

/** What a model says about a photograph. */
export interface Guess {
  /** The five most likely classes and their probabilities, the most likely one first. */
  readonly top5: readonly { readonly label: number; readonly probability: number }[];
  /** The place of the right class among them, from 0; -1 if it is none of them. */
  readonly place: number;
}

/** What a model says about a prepared photograph. */
export function guess(model: Backbone, image: Tensor, { classes }: Photograph): Guess {
  return torch.inferenceMode(() =>
    torch.scope(() => {
      const [values, labels] = model.forward(image).softmax(1).topk(5);
      const [probabilities, places] = [values.data(), labels.data()];
      const top5 = Array.from({ length: 5 }, (_, i) => ({
        label: Number(places[i]),
        probability: Number(probabilities[i]),
      }));
      return { top5, place: top5.findIndex(({ label }) => classes.includes(label)) };
    })
  );
}

if (import.meta.main) {
  const save = Deno.args.find((arg) => arg.startsWith("--save="))?.slice("--save=".length);
  const names = await classNames();
  const photos = await photographs();
  const named = Deno.args.filter((arg) => !arg.startsWith("--"));
  for (const lite of named.length === 0 ? LITES : named.map(liteOf)) {
    const { model, view } = await loadLite(lite);
    const prepared: Tensor[] = [];
    const counts = { first: 0, five: 0 };
    console.log(`efficientnet_${lite}, ${view.size.join(" x ")}`);
    for (const photo of photos) {
      const image = await prepare(photo.path, view);
      prepared.push(image);
      const { top5, place } = guess(model, image, photo);
      if (place === 0) counts.first++;
      if (place >= 0) counts.five++;
      const said = top5.map(({ label, probability }) =>
        `${names[label]} ${(100 * probability).toFixed(0)}%`
      );
      const wanted = photo.classes.map((label) => names[label]).join(" or ");
      const mark = place >= 0 ? place + 1 : "-";
      console.log(
        `${mark}  ${photo.name} (${wanted}${photo.doubtful ? "?" : ""}): ${said.join(", ")}`,
      );
    }
    console.log(
      `${counts.first} of ${photos.length} first, ${counts.five} of ${photos.length} in the top 5\n`,
    );
    if (save !== undefined) {
      await makeFolder(save);
      torch.inferenceMode(() => {
        const images = torch.cat(prepared);
        const features = model.features(images);
        const logits = model.forward(images);
        torch.saveSafetensors(`${save}/${lite}.safetensors`, { images, features, logits });
      });
    }
    model.dispose();
  }
}
