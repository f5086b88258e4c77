/**
 * What the teachers of a recipe say, looked at without teaching anybody.
 *
 * @module
 */

import { ArgumentError, ShapeError, TrainingError } from "../base/errors.ts";
import { resolveOptions } from "../base/options.ts";
import type { Batch, LabelledBatch } from "../data/batch.ts";
import type { Dataset } from "../data/dataset.ts";
import { Loader } from "../data/loader.ts";
import { BallotBox } from "../distill/ballots.ts";
import { waiting } from "../distill/survey.ts";
import { type LabelledFindings, labelledFindings, voteFindings } from "../distill/vote_findings.ts";
import { voterOptions } from "../distill/voter_options.ts";
import { Voters } from "../distill/voters.ts";
import { Cka } from "../evaluation/cka.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { Shelf } from "../teachers/shelf.ts";
import * as torch from "../torch/mod.ts";
import { type Asked, eachOf } from "./each_of.ts";
import { RUN_FILES, RunFolder } from "./folder.ts";
import type { OpenedData } from "./select_data.ts";
import { type OpenedRun, openRun, useStore } from "./open_run.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import { placesOf, type RunOptions } from "./run.ts";
import { voteSentences } from "./vote_sentences.ts";
import type { ShelfVotes } from "./votes_found.ts";
import { writeVotesReport } from "./votes_report.ts";

/** How {@linkcode votes} goes. */
export interface VotesOptions extends Omit<RunOptions, "resume"> {
  /** How many images are looked at, of those to learn from and of those to validate on; 5,000 by default, or all there are. */
  images?: number;
}

/** With fewer images in a batch, how much alike features are is not to be seen. */
const FEWEST_AT_ONCE = 16;

/**
 * Looks at what the teachers of a recipe say: which of them agree, which say the same, which harm. Nobody is taught; teachers
 * that are recipes are trained first where they were not before, and what the recipe's store has is not asked for again. Labels
 * come from `data.validation` only, and are compared with, never learned from.
 *
 * Leaves `votes.json` and `report.html` in a folder.
 *
 * @throws {ArgumentError} if the recipe cannot be used or has no teachers, or there is a run in the folder.
 * @throws {ShapeError} if teachers vote on other classes than those of `data.validation`.
 * @throws {FileError} if the folder cannot be written.
 * @throws {TrainingError} if a teacher says NaN, and failing ones are not left out.
 *
 * @example
 * ```ts ignore
 * const { sentences, folder } = await runs.votes(await runs.readRecipe("recipe.ts"), { images: 2000 });
 * ```
 */
export async function votes(recipe: Recipe, options: VotesOptions = {}): Promise<ShelfVotes> {
  const resolved = resolveRecipe(recipe);
  const { images = 5000 } = options;
  if (!Number.isSafeInteger(images) || images < 1) {
    throw new ArgumentError(`The number of images is a whole number from 1, got ${images}.`);
  }
  if (resolved.teachers.length === 0) {
    throw new ArgumentError(
      `${resolved.name} has no teachers, so that there are no votes to look at.`,
    );
  }
  const folder = await folderFor(resolved, options);
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  using opened = await openRun(resolved, placesOf(options));
  using _ = resolved.store === null ? undefined : await useStore(resolved, opened);
  const found = await look(resolved, opened, images, options);
  const whole = { ...found, sentences: voteSentences(found), folder: folder.root };
  await writeVotesReport(folder.path(RUN_FILES.report), resolved, whole);
  await folder.writeJson("votes.json", whole);
  return whole;
}

/** Where the files go: never into the folder of a run, whose report they would replace. */
async function folderFor(
  { name }: ResolvedRecipe,
  { out, root = "runs" }: VotesOptions,
): Promise<RunFolder> {
  if (out === undefined) return await RunFolder.create(root, `${name}-votes`);
  if (await RunFolder.isRun(out)) {
    throw new ArgumentError(
      `There is a run in ${out}, whose report would be lost. Choose another folder for the votes.`,
    );
  }
  return await RunFolder.at(out);
}

/** Asks the teachers. */
async function look(
  recipe: ResolvedRecipe,
  { learned, shelf, opener }: OpenedRun,
  most: number,
  options: VotesOptions,
): Promise<Omit<ShelfVotes, "sentences" | "folder">> {
  const { data: { validation }, name } = recipe;
  const isVoted = shelf.voters.length > 0;
  const toCompare = validation === null || !isVoted
    ? null
    : await opener.labelled(validation, "data.validation");
  using voters = votersOf(recipe, shelf);
  // What the student learns from without labels, or all of it.
  const { seen } = learned.sources.at(-1)!;
  const asked = { most, atOnce: Math.max(recipe.batchSize, FEWEST_AT_ONCE), ...options };
  await survey(voters, shelf, seen, asked);
  const cka = new Cka(shelf.names);
  const box = new BallotBox(voters);
  const images = await eachOf(seen, asked, (batch) => {
    const opinions = shelf.ask(batch);
    checkNumbers(opinions);
    cka.add(new Map(opinions.names.map((name) => [name, opinions.of(name).features])));
    if (isVoted) box.add(opinions);
  });
  return {
    name,
    images,
    votes: isVoted ? voteFindings(box.ballots()) : null,
    labelled: toCompare === null ? null : await compare(toCompare, voters, shelf, recipe, asked),
    teachers: shelf.teachers.map(({ name, kind }) => ({ name, kind })),
    cka: cka.similarities(),
    leftOut: Object.fromEntries(shelf.leftOut),
  };
}

/** The voters as the recipe's method has them; as by default, if it has none. */
function votersOf({ method, device }: ResolvedRecipe, shelf: Shelf): Voters {
  const table = voterOptions(1);
  const own = Object.entries(method).filter(([name]) => Object.hasOwn(table, name));
  const voters = new Voters(shelf, resolveOptions("votes", table, Object.fromEntries(own)));
  voters.to(device);
  return voters;
}

/** Lets the voters look at the images first, if they have to. */
async function survey(
  voters: Voters,
  shelf: Shelf,
  seen: Loader<Batch>,
  asked: Asked,
): Promise<void> {
  const asking = waiting(voters.modules());
  if (asking.length === 0) return;
  for (const one of asking) one.begin?.();
  await eachOf(seen, asked, (batch) => {
    const opinions = shelf.ask(batch, shelf.voters);
    for (const one of asking) one.observe(opinions);
  });
  for (const one of asking) one.settle();
}

/** What labels say about the votes on images that are validated on. */
async function compare(
  images: OpenedData & Dataset<LabelledBatch>,
  voters: Voters,
  shelf: Shelf,
  { device, seed }: ResolvedRecipe,
  asked: Asked,
): Promise<LabelledFindings> {
  const loader = new Loader(images, { batchSize: asked.atOnce, shuffle: true, seed, device });
  const box = new BallotBox(voters);
  const labels: number[] = [];
  await eachOf(loader, asked, (batch) => {
    box.add(shelf.ask(batch, shelf.voters));
    labels.push(...Array.from(batch.labels.cpu().data() as BigInt64Array, Number));
  });
  const ballots = box.ballots();
  if (images.classNames!.length !== ballots.numClasses) {
    throw new ShapeError(
      `data.validation has ${
        images.classNames!.length
      } classes, and the teachers vote on ${ballots.numClasses}. Give ` +
        `images of the classes that they vote on, or none with --set data.validation=null.`,
    );
  }
  return labelledFindings(ballots, labels);
}

/**
 * Refuses what is no number, which would be the vote of nobody.
 *
 * @throws {TrainingError} that names the teacher.
 */
function checkNumbers(opinions: Opinions): void {
  for (const name of opinions.names) {
    const { features, logits } = opinions.of(name);
    // Of classes that a teacher does not know the logits are -Infinity.
    const what = features.isfinite().all().item() === 0
      ? "features"
      : logits?.isnan().any().item() === 1
      ? "logits"
      : null;
    if (what === null) continue;
    throw new TrainingError(
      `There are NaN or infinities in the ${what} of teacher "${name}". Look at its weights and at what its images are ` +
        `normalized by, or leave it out with --set onTeacherFailure=leaveOut.`,
    );
  }
}
