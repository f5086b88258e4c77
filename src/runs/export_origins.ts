/**
 * The networks that a student has something of: teachers, initial weights, and theirs.
 *
 * @module
 */

import { basename } from "node:path";
import type { Spec } from "../base/spec.ts";
import { licenseOf } from "../export/licenses.ts";
import type { Origin } from "../export/provenance.ts";
import { isHubSpec } from "../hub/mod.ts";
import { savedFile } from "../models/saved_file.ts";
import { loadSafetensorsMetadata } from "../torch/mod.ts";
import type { TeacherRecipe } from "./network_recipes.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** How deep teachers of teachers of teachers are looked for. */
const DEEPEST = 8;

/**
 * Who taught the student of a recipe, and what it began with; of those that are recipes or runs themselves the same.
 *
 * @param manifest What the run wrote of its teachers, in their order.
 */
export async function originsOf(
  recipe: ResolvedRecipe,
  manifest: readonly Spec[] | null,
  depth = 0,
): Promise<Origin[]> {
  if (depth === DEEPEST) return [];
  const found = await Promise.all(
    (recipe.teachers ?? []).map((teacher, i) => taught(teacher, manifest?.[i], depth)),
  );
  const begun = await beginning(recipe, depth);
  return begun === null ? found : [...found, begun];
}

async function taught(
  teacher: TeacherRecipe<ResolvedRecipe>,
  entry: Spec | undefined,
  depth: number,
): Promise<Origin> {
  const said = (entry ?? {}) as { name?: string; fingerprint?: string; spec?: SpecOfTeacher };
  const place = await placed(
    "source" in teacher ? teacher.source : "run" in teacher ? teacher.run : teacher.recipe,
    depth,
  );
  const given = "source" in teacher ? teacher.architecture : null;
  return {
    ...place,
    name: said.name ?? teacher.name ?? place.name,
    role: teacher.kind === "predictive" ? "voting teacher" : "teacher",
    architecture: said.spec?.architecture ?? given ?? place.architecture,
    fingerprint: said.fingerprint ?? null,
  };
}

/** What the manifest may say of a teacher's network. */
interface SpecOfTeacher {
  readonly architecture?: string;
}

async function beginning({ student }: ResolvedRecipe, depth: number): Promise<Origin | null> {
  const { weights } = student;
  if (weights === null || weights === undefined) return null;
  const place = await placed(typeof weights === "string" ? weights : weights.recipe, depth);
  return { ...place, role: "initial weights", architecture: place.architecture ?? student.name };
}

/** What is known of a place: of a run or a recipe who made it, of all else the license. */
async function placed(
  place: string | ResolvedRecipe,
  depth: number,
): Promise<Omit<Origin, "role">> {
  if (typeof place !== "string") {
    return {
      name: place.name,
      source: `recipe ${place.name}`,
      architecture: place.student.name,
      fingerprint: null,
      license: null,
      origins: await originsOf(place, null, depth + 1),
    };
  }
  const file = isHubSpec(place) ? null : savedFile(place);
  const metadata = file === null ? {} : loadSafetensorsMetadata(file);
  const recipe = recipeIn(metadata);
  return {
    name: isHubSpec(place) ? place.slice("hf://".length) : basename(place),
    source: place,
    architecture: metadata.architecture ?? null,
    fingerprint: null,
    license: recipe === null ? await licenseOf(place) : null,
    origins: recipe === null ? [] : await originsOf(recipe, null, depth + 1),
  };
}

/** The recipe of the run that a saved model is from; null if there was none. */
export function recipeIn(metadata: Readonly<Record<string, string>>): ResolvedRecipe | null {
  try {
    const recipe = JSON.parse(metadata.recipe ?? "null");
    return typeof recipe?.student === "object" ? recipe : null;
  } catch {
    return null;
  }
}
