/**
 * The head of a model card, which the hub reads.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import { isHubSpec, parseHubSpec } from "../hub/mod.ts";
import type { Provenance } from "./provenance.ts";

/** What the head of a card says beside the provenance. */
export interface CardHeadOptions {
  /** The library that loads the model: `"timm"`, or `"apprentice"`. */
  readonly library: "timm" | "apprentice";
  /** The license; null where the card's text says more than a name can. */
  readonly license: string | null;
  /** Whether anything has to be said of licenses. */
  readonly hasOrigins: boolean;
  /** Whether an ONNX model lies beside it. */
  readonly hasOnnx: boolean;
}

/** The YAML at the head of a card, with its dashes. Values are JSON, which is YAML too. */
export function cardHead(provenance: Provenance, options: CardHeadOptions): string {
  const { numClasses, recipe, origins } = provenance;
  const { library, license, hasOrigins, hasOnnx } = options;
  const isClassifier = numClasses > 0;
  const task = isClassifier ? "image-classification" : "image-feature-extraction";
  const method = (recipe?.method as { name?: string } | undefined)?.name;
  const begun = origins.filter(({ role, source }) =>
    role === "initial weights" && isHubSpec(source)
  )
    .map(({ source }) => parseHubSpec(source).repo);
  const head: Record<string, Spec | undefined> = {
    library_name: library,
    pipeline_tag: task,
    tags: [
      task,
      library,
      ...(origins.some(({ role }) => role !== "initial weights") ? ["knowledge-distillation"] : []),
      ...(method === undefined ? [] : [method.toLowerCase()]),
      ...(library === "apprentice" ? [] : ["apprentice"]),
      ...(hasOnnx ? ["onnx"] : []),
    ],
    ...(license !== null
      ? { license }
      : hasOrigins
      ? { license: "other", license_name: "see-the-licenses-of-its-teachers" }
      : {}),
    ...(begun.length > 0 && { base_model: begun, base_model_relation: "finetune" }),
    ...(isClassifier && modelIndex(provenance)),
  };
  const lines = Object.entries(head).map(([name, value]) =>
    `${name}: ${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")}`
  );
  return ["---", ...lines, "---"].join("\n");
}

/** What the hub's tables of results are made of; nothing where nothing was measured. */
function modelIndex({ name, results, recipe }: Provenance): Record<string, Spec> {
  const student = results?.find(({ kind }) => kind === "student");
  if (student === undefined || student.accuracy === null) return {};
  const dataset = testSet(recipe);
  return {
    "model-index": [{
      name,
      results: [{
        task: { type: "image-classification" },
        dataset,
        metrics: [{ type: "accuracy", name: "Accuracy", value: student.accuracy }],
      }],
    }],
  };
}

/** What the recipe calls the test images: a data set by name, or the last name of a path. */
function testSet(recipe: Provenance["recipe"]): Record<string, Spec> {
  const { test = null } = (recipe?.data ?? {}) as { test?: Record<string, Spec> | null };
  for (const key of ["dataset", "cifar100", "folder", "domain", "list", "shards"]) {
    const value = test?.[key];
    if (typeof value !== "string" || value === "") continue;
    const name = key === "cifar100" ? "cifar100" : value.split(/[/\\]/).findLast(Boolean) ?? value;
    return { type: key === "dataset" || key === "cifar100" ? name : "imagefolder", name };
  }
  return { type: "images", name: "test images" };
}
