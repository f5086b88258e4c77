/**
 * The teachers that a recipe names.
 *
 * @module
 */

import { basename } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { load as loadModel } from "../models/saved.ts";
import { savedFile } from "../models/saved_file.ts";
import { descriptive } from "../teachers/descriptive.ts";
import { load } from "../teachers/load.ts";
import type { LabelOptions } from "../teachers/label_options.ts";
import type { LoadTeacherOptions } from "../teachers/load_options.ts";
import { openVocabulary } from "../teachers/open_vocabulary/open_vocabulary.ts";
import { predictive } from "../teachers/predictive.ts";
import type { Teacher } from "../teachers/teacher.ts";
import type { Device } from "../torch/device.ts";
import type { TeacherRecipe } from "./network_recipes.ts";
import { DataOpener } from "./open_data.ts";
import { plain } from "./plain.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { classesInWords } from "./open_vocabulary_recipe.ts";
import { checkProbe } from "./probe_recipe.ts";
import { probedTeacher } from "./probed_teacher.ts";
import { labelsIn } from "./teacher_labels.ts";
import { foldersOf, type TeacherPlaces } from "./teacher_places.ts";

/**
 * Makes the teachers of a recipe, in order. One that is a recipe itself is trained first, and kept in the cache by what
 * decides it: its recipe, what is in its data, the package's version.
 *
 * @param places Where that is, and what trains such a one.
 * @param labelSpace The student's classes, by name, or how many there are.
 * @throws {ArgumentError} if the folder of a run holds no student, or classes of one that votes are none of the student's; the
 * message names it and lists them.
 * @throws Whatever loading a teacher throws; the message begins with its place in the recipe.
 */
export async function buildTeachers(
  recipes: readonly TeacherRecipe<ResolvedRecipe>[],
  device: Device,
  places: TeacherPlaces,
  labelSpace?: LabelOptions["labelSpace"],
  memoryFormat?: "contiguous" | "channelsLast",
): Promise<Teacher[]> {
  const own = recipes.flatMap((one) => "recipe" in one ? [one.recipe] : []);
  // Data that several learn from is opened once.
  using opener = new DataOpener();
  const folders = await foldersOf(own, places, opener);
  const teachers: Teacher[] = [];
  try {
    for (const [i, recipe] of recipes.entries()) {
      const at = `teachers[${i}]`;
      const surroundings = { at, device, memoryFormat, places, labelSpace, opener, folders };
      teachers.push(await build(recipe, surroundings));
    }
    return teachers;
  } catch (error) {
    // Those before one that cannot be made, or whose training was stopped.
    for (const { model } of teachers) model?.dispose();
    throw error;
  }
}

/**
 * Makes one teacher of a recipe, as {@linkcode buildTeachers} makes all.
 *
 * @param at Its place in the recipe, for messages.
 * @throws As {@linkcode buildTeachers} does.
 */
export async function buildTeacher(
  recipe: TeacherRecipe<ResolvedRecipe>,
  at: string,
  device: Device,
  places: TeacherPlaces,
): Promise<Teacher> {
  using opener = new DataOpener();
  const folders = await foldersOf("recipe" in recipe ? [recipe.recipe] : [], places, opener);
  return await build(recipe, { at, device, places, labelSpace: undefined, opener, folders });
}

/** What a teacher is made with. */
interface Surroundings {
  readonly at: string;
  readonly device: Device;
  readonly memoryFormat?: "contiguous" | "channelsLast";
  readonly places: TeacherPlaces;
  readonly labelSpace: LabelOptions["labelSpace"];
  readonly opener: DataOpener;
  readonly folders: ReadonlyMap<ResolvedRecipe, string>;
}

async function build(
  recipe: TeacherRecipe<ResolvedRecipe>,
  { at, device, memoryFormat, places, labelSpace, opener, folders }: Surroundings,
): Promise<Teacher> {
  if ("recipe" in recipe) await places.trainFirst(recipe.recipe, folders.get(recipe.recipe)!);
  const labels = labelsIn(recipe, labelSpace, at);
  const teacher = await one(recipe, at, { device, memoryFormat }, folders, labels);
  if (!recipe.probe) return teacher;
  return await probedTeacher(teacher, recipe.probe, { cache: places.cache, opener, at }, labels);
}

async function one(
  recipe: TeacherRecipe<ResolvedRecipe>,
  at: string,
  { device, memoryFormat }: Pick<Surroundings, "device" | "memoryFormat">,
  folders: ReadonlyMap<ResolvedRecipe, string>,
  labels: LabelOptions,
): Promise<Teacher> {
  const { kind = "descriptive" } = recipe;
  checkProbe(recipe, at);
  if ("source" in recipe) {
    const texts = classesInWords(recipe, at);
    if (texts !== null) {
      const { classes: _, ...space } = labels;
      return await openVocabulary({ ...texts, ...space, device });
    }
    const { source, name, architecture, numClasses, tap, logits, tokens, view } = recipe;
    const given = {
      name,
      architecture,
      numClasses,
      tap,
      logits,
      tokens,
      view: view && plain(view),
      device,
      memoryFormat,
    };
    // A probe stands in the place of its own head, and what that knows is none of its business.
    const own = recipe.probe
      ? { ...plain(given), kind: "descriptive" }
      : { ...plain(given), ...labels, kind };
    return await load(source, own as LoadTeacherOptions);
  }
  const [path, name] = "recipe" in recipe
    ? [folders.get(recipe.recipe)!, recipe.name ?? recipe.recipe.name]
    : [recipe.run, recipe.name ?? basename(recipe.run)];
  const file = fileOfRun(path, at);
  if (recipe.probe) return await load(file, { name, kind: "descriptive", device, memoryFormat });
  return fromRun(file, path, name, kind, { device, memoryFormat }, labels);
}

function fileOfRun(path: string, at: string): string {
  const file = savedFile(path);
  if (file !== null) return file;
  throw new ArgumentError(
    `${at}.run: there is no student of a run at ${path}. Give the folder of a run that is done, or a file that ` +
      `models.save wrote.`,
  );
}

function fromRun(
  file: string,
  path: string,
  name: string,
  kind: "predictive" | "descriptive",
  target: Pick<Surroundings, "device" | "memoryFormat">,
  labels: LabelOptions,
): Teacher {
  const model = loadModel(file).to(target);
  const facts = { source: path, file, architecture: model.recipe?.architecture };
  try {
    return kind === "predictive"
      ? predictive({ name, model, facts, ...labels })
      : descriptive({ name, model, facts });
  } catch (error) {
    model.dispose();
    throw error;
  }
}
