/**
 * From a source with labels to a target without: what studies of CustomKD over domains have in common.
 */
import type { runs } from "../../mod.ts";
import { BY_KL, customKD, RIVALS } from "./custom_kd.ts";

/** Labels of the source, images of the target without labels; measured on the target's test images. */
export function adapting(source: runs.DomainData, target: runs.DomainData): runs.DataRecipes {
  const { validation, train: labelled } = source;
  // The source's validation images: no label of the target has a say.
  return { train: target.train, labelled, validation, test: target.test };
}

/** The student on the source alone, and every method, for as many epochs of distillation. */
export function adapters(
  source: runs.DomainData,
  target: runs.DomainData,
  epochs: number,
): runs.Variant[] {
  const { train, validation } = source;
  return [
    {
      title: "source only",
      method: "Supervised",
      teachers: [],
      data: { train, validation, test: target.test },
    },
    ...RIVALS,
    customKD({ epochs }),
    customKD({ epochs }, "CustomKD, KL", BY_KL),
  ];
}
