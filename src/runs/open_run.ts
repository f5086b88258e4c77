/**
 * What a run is made of before there is a student: data and teachers.
 *
 * @module
 */

import { Shelf } from "../teachers/shelf.ts";
import { fill } from "../teachers/store/fill.ts";
import type { Part } from "../teachers/store/types.ts";
import { findEntries } from "../teachers/store/find_entries.ts";
import { Store } from "../teachers/store/store.ts";
import { buildTeachers, type TeacherPlaces } from "./build_teachers.ts";
import { DataOpener } from "./open_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { openBatches, type RunBatches } from "./run_batches.ts";

/** Data and teachers of a run. */
export interface OpenedRun extends Disposable {
  /** Opens what else is measured on. */
  readonly opener: DataOpener;
  /** What the student learns from. */
  readonly learned: RunBatches;
  /** Who teaches. */
  readonly shelf: Shelf;
}

/** How teachers' outputs are stored. */
export interface FillRunOptions {
  /** Fills a share of it. */
  part?: Part;
  /** Stops between two batches; what is stored stays. */
  signal?: AbortSignal;
  /** Whether to show progress; true by default. */
  progress?: boolean;
}

/**
 * Opens data and teachers of a recipe; teachers that are recipes are trained first.
 *
 * @throws as `openBatches` and `buildTeachers` do.
 */
export async function openRun(recipe: ResolvedRecipe, places: TeacherPlaces): Promise<OpenedRun> {
  const owned = new DisposableStack();
  try {
    const opener = owned.use(new DataOpener());
    const learned = await openBatches(recipe, opener);
    const teachers = await buildTeachers(recipe.teachers, recipe.device, places);
    owned.defer(() => teachers.forEach((teacher) => teacher.model?.dispose()));
    const { resident } = recipe;
    const shelf = owned.use(new Shelf(teachers, resident === null ? {} : { resident }));
    return { opener, learned, shelf, [Symbol.dispose]: () => owned.dispose() };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

/** The store of a recipe. */
function storeOf({ store }: ResolvedRecipe): Store {
  return new Store(store?.root ? { root: store.root } : {});
}

/** Stores what the teachers say about all that the student learns from, as far as it is not there. */
export async function fillStore(
  recipe: ResolvedRecipe,
  { learned, shelf }: OpenedRun,
  options: FillRunOptions,
): Promise<void> {
  const { part, signal, progress = true } = options;
  for (const pixels of learned.sources) {
    await fill(storeOf(recipe), {
      teachers: shelf.teachers,
      pixels,
      dtype: recipe.store?.dtype,
      resident: recipe.resident === null ? "all" : "one",
      part,
      signal,
      progress,
    });
  }
}

/** Lets the shelf say what is stored, instead of asking the teachers. */
export async function useStore(
  recipe: ResolvedRecipe,
  { learned, shelf }: OpenedRun,
): Promise<Disposable> {
  const held = new DisposableStack();
  for (const pixels of learned.sources) {
    const entries = await findEntries(storeOf(recipe), shelf.teachers, pixels, {
      dtype: recipe.store?.dtype,
    });
    for (const entry of entries.values()) held.use(entry);
    shelf.use(pixels, entries);
  }
  return held;
}
