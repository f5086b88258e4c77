/**
 * What the teachers and the student of a recipe cost, without their weights where that can be.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { entry, has } from "../../models/registry.ts";
import { untagged } from "../../models/count_forward.ts";
import { forwardCosts } from "../../models/forward_costs.ts";
import { load } from "../../models/saved.ts";
import { savedFile } from "../../models/saved_file.ts";
import { SMALL_MODELS } from "../../models/small/all.ts";
import { summary } from "../../models/summary.ts";
import { skipped } from "../../nn/init.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { architectureInName } from "../../teachers/find_place.ts";
import type { MapSize } from "../../teachers/store/types.ts";
import type { StudentRecipe, TeacherRecipe } from "../network_recipes.ts";
import { plain } from "../plain.ts";
import type { ResolvedRecipe } from "../recipe_table.ts";
import type { PlannedNetwork, PlannedTeacher } from "./plan_types.ts";

/** What is said of networks where the recipe says nothing. */
export interface NetworkDefaults {
  /** How many classes there are; undefined if nothing says so. */
  readonly classes?: number;
  /** The side of images, for networks that take any. */
  readonly side: number;
}

/**
 * What a teacher of a recipe costs. One from the hub or by name is known by its architecture, without its weights; what a run made is
 * read.
 *
 * @param at Its place in the recipe, for messages.
 * @throws {ArgumentError} if nothing says what architecture it is, or how many classes it votes on.
 */
export function plannedTeacher(
  recipe: TeacherRecipe<ResolvedRecipe>,
  at: string,
  defaults: NetworkDefaults,
): PlannedTeacher {
  const network = "source" in recipe
    ? published(recipe, at)
    : "run" in recipe
    ? ofRun(recipe.run, at, defaults)
    : student(recipe.recipe.student, {
      ...defaults,
      classes: classesOf(recipe.recipe) ?? defaults.classes,
    });
  const name = recipe.name ?? ("recipe" in recipe ? recipe.recipe.name : network.name);
  const votes = recipe.kind === "predictive" || Boolean(recipe.probe);
  return { ...network, name, numClasses: votes ? classesFor(at, defaults) : null };
}

function classesFor(at: string, { classes }: NetworkDefaults): number {
  if (classes !== undefined) return classes;
  throw new ArgumentError(
    `${at} votes, and nothing says on how many classes: give classes (--classes), or student.numClasses in the recipe.`,
  );
}

function classesOf({ student: { numClasses } }: ResolvedRecipe): number | undefined {
  return numClasses ?? undefined;
}

/** What is known before it is said whether it votes. */
type Body = Omit<PlannedTeacher, "numClasses">;

function published(
  recipe: Extract<TeacherRecipe<ResolvedRecipe>, { readonly source: string }>,
  at: string,
): Body {
  const { source } = recipe;
  const architecture = recipe.architecture ?? nameIn(source);
  if (architecture === null || !has(architecture)) {
    if (savedFile(source) !== null) return ofRun(source, at, { side: 224 });
    throw new ArgumentError(
      `${at}: ${source} does not say which architecture it is, and a plan reads no weights. Give ${at}.architecture, one of ` +
        "models.list(); for a TorchScript or ONNX file the nearest one.",
    );
  }
  const known = entry(architecture);
  const side = recipe.view?.size?.[0] ?? known.inputSize;
  return ofArchitecture(architecture, side, known.name);
}

/** The architecture in the name of a place: of timm's, of a repository of the hub, or of a file. */
function nameIn(source: string): string | null {
  if (has(source)) return source;
  const last =
    source.replace(/^hf:\/\//, "").replace(/@.*$/, "").split(/[/\\]/).filter(Boolean).at(-1) ?? "";
  return has(last) ? last : architectureInName(last);
}

function ofArchitecture(architecture: string, side: number, name: string): Body {
  const { featureDim, stageDims, stageReductions } = entry(architecture);
  const rows = Math.ceil(side / stageReductions.at(-1)!);
  return {
    name,
    architecture: untagged(architecture),
    side,
    featureDim,
    patches: [stageDims.at(-1)!, rows, rows],
    ...forwardCosts(architecture, side),
  };
}

function ofRun(path: string, at: string, { side }: NetworkDefaults): Body {
  const file = savedFile(path);
  if (file === null) {
    throw new ArgumentError(
      `${at}: there is no student of a run at ${path}. Give the folder of a run that is done, or a file that models.save wrote.`,
    );
  }
  using model = load(file);
  const name = path.split(/[/\\]/).filter(Boolean).at(-1)!;
  return measured(model, name, model.recipe?.architecture ?? name, model.view?.size[0] ?? side);
}

/** What the student of a recipe costs. */
export function student(
  { name, numClasses, view, weights: _, ...options }: StudentRecipe<ResolvedRecipe>,
  defaults: NetworkDefaults,
): Body {
  const own = (options as { imageSize?: unknown }).imageSize;
  if (!Object.hasOwn(SMALL_MODELS, name)) {
    const size = view?.size[0] ?? (typeof own === "number" ? own : entry(name).inputSize);
    return ofArchitecture(name, size, name);
  }
  const side = view?.size[0] ?? (typeof own === "number" ? own : defaults.side);
  const classes = numClasses ?? defaults.classes ?? 0;
  const build = SMALL_MODELS[name].build;
  using model = skipped(() => build({ ...plain(options), numClasses: classes } as never));
  return measured(model, name, name, side);
}

function measured(model: Classifier, name: string, architecture: string, side: number): Body {
  const { params, flops } = summary(model, { imageSize: side, depth: 0 });
  const patches: MapSize | null = null;
  return {
    name,
    architecture,
    side,
    params,
    multiplyAdds: flops,
    featureDim: model.featureDim,
    patches,
  };
}

/** A network without what only a teacher has. */
export function networkOf(
  { name, architecture, side, params, multiplyAdds }: PlannedNetwork,
): PlannedNetwork {
  return { name, architecture, side, params, multiplyAdds };
}
