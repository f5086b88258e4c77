/**
 * Example images for a report, with what the student says of them.
 *
 * @module
 */

import type { Dataset, LabelledBatch } from "../data/mod.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { ExamplePrediction } from "../report/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Labelled } from "./measure_student.ts";

/** How many images are looked at. */
const LOOKED_AT = 200;

/** Some of the test images, evenly spread, and what the student says of them; none where there are none, or it has no classes. */
export async function exampleImages(
  student: Classifier,
  test: Labelled,
): Promise<ExamplePrediction[]> {
  if (test === null || test.length === 0 || student.numClasses === 0) return [];
  const count = Math.min(LOOKED_AT, test.length);
  const places = Int32Array.from({ length: count }, (_, i) => Math.floor(i * test.length / count));
  using batch = await (test as Dataset<LabelledBatch>).batch(places);
  const names = test.classNames ?? student.classNames;
  const nameOf = (label: number): string => names?.[label] ?? String(label);
  return torch.scope(() => {
    const [parameter] = student.parameters();
    const images = batch.view(student.view).to({
      device: parameter.device,
      dtype: parameter.dtype,
    });
    const [sure, taken] = torch.inferenceMode(() => student.forward(images).softmax(1).max(1));
    const [probabilities, predicted, truth] = [sure.float(), taken, batch.labels]
      .map((part) => part.cpu().toArray() as number[]);
    const pixels = batch.pixels.dtype === "uint8"
      ? batch.pixels
      : batch.pixels.mul(255).clamp(0, 255).to("uint8");
    const [, channels, height, width] = pixels.shape;
    return predicted.map((label, row) => ({
      width,
      height,
      channels: channels === 1 ? 1 : 3,
      pixels: pixels.select(0, row).permute(1, 2, 0).contiguous().cpu().data() as Uint8Array,
      truth: nameOf(truth[row]),
      predicted: nameOf(label),
      probability: probabilities[row],
    }));
  });
}
