/**
 * What a run is made of before there is a student: data and teachers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Method } from "../distill/method.ts";
import { Shelf, type StoredOutputs } from "../teachers/shelf.ts";
import { fill } from "../teachers/store/fill.ts";
import type { FillOptions } from "../teachers/store/fill_options.ts";
import type { Part } from "../teachers/store/types.ts";
import type { StoreEntry } from "../teachers/store/entry.ts";
import { findEntries } from "../teachers/store/find_entries.ts";
import { Store } from "../teachers/store/store.ts";
import { buildTeachers } from "./build_teachers.ts";
import { labelSpaceOf } from "./label_space.ts";
import { memoryFormatOf } from "./memory_format.ts";
import { DataOpener } from "./open_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { openBatches, type RunBatches } from "./run_batches.ts";
import type { TeacherPlaces } from "./teacher_places.ts";

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
  /** Whether what is there is read and compared with its checksums first; true by default. */
  verify?: boolean;
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
    const space = await labelSpaceOf(recipe, opener, learned);
    const teachers = await buildTeachers(
      recipe.teachers,
      recipe.device,
      places,
      space,
      memoryFormatOf(recipe),
    );
    owned.defer(() => teachers.forEach((teacher) => teacher.model?.dispose()));
    const { resident, onTeacherFailure: onFailure } = recipe;
    const options = { onFailure, ...(resident === null ? {} : { resident }) };
    const shelf = owned.use(new Shelf(teachers, options));
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

/** What is to be stored of each source of images that the student learns from, as options of `fill`. */
export function fillingsOf(
  recipe: ResolvedRecipe,
  { learned, shelf }: OpenedRun,
): { store: Store; asked: FillOptions }[] {
  return learned.sources.map(({ seen, plain }) => ({
    store: storeOf(recipe),
    asked: {
      teachers: shelf.teachers,
      pixels: recipe.store?.plain ? plain : seen,
      dtype: recipe.store?.dtype,
      patches: recipe.store?.patches,
      batchSize: recipe.store?.batchSize,
      resident: recipe.resident === null ? "all" : "one",
    },
  }));
}

/** Stores what the teachers say about all that the student learns from, as far as it is not there. */
export async function fillStore(
  recipe: ResolvedRecipe,
  opened: OpenedRun,
  options: FillRunOptions,
): Promise<void> {
  const { part, signal, progress = true, verify } = options;
  for (const { store, asked } of fillingsOf(recipe, opened)) {
    await fill(store, { ...asked, part, signal, progress, verify });
  }
}

/** Lets the shelf say what is stored, instead of asking the teachers. */
export async function useStore(
  recipe: ResolvedRecipe,
  { learned, shelf }: OpenedRun,
): Promise<Disposable> {
  const held = new DisposableStack();
  const { plain: isPlain = false, dtype, patches } = recipe.store ?? {};
  for (const { seen, plain } of learned.sources) {
    const pixels = isPlain ? plain : seen;
    const options = { dtype, patches };
    const entries = await findEntries(storeOf(recipe), shelf.teachers, pixels, options);
    for (const entry of entries.values()) held.use(entry);
    // Whatever the student sees, what was said is about the image as it is.
    const said = [...entries].map(([name, entry]): [string, StoredOutputs] => [
      name,
      isPlain ? plainly(entry) : entry,
    ]);
    shelf.use(seen, new Map(said));
  }
  return held;
}

/** What was said about images as they are, for whatever variant of them the student sees. */
function plainly(entry: StoreEntry): StoredOutputs {
  const { hasPatches } = entry;
  return { hasPatches, rows: (_, indices, asked) => entry.rows(0, indices, asked) };
}

/**
 * Refuses a method that would ask for patches of augmented images where teachers see them as they are.
 *
 * @throws {ArgumentError} if patches are wanted, not kept, and kept outputs are of images as they are.
 */
export function checkPlainPatches({ store }: ResolvedRecipe, method: Method, shelf: Shelf): void {
  const isAsked = method.needs.patches && shelf.teachers.some(({ patchDim }) => patchDim !== null);
  if (!isAsked || !store?.plain || store.patches) return;
  throw new ArgumentError(
    `${method.name} asks for patches of images as they are (store.plain), and the store keeps none: set store.patches to ` +
      "true, or store.plain to false.",
  );
}
