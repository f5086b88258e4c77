/**
 * The report of a look at a shelf.
 *
 * @module
 */

import { formatCount } from "../base/text.ts";
import { WITH_NUMBERS } from "../report/blocks/heatmap.ts";
import { type ReportBlock, type ReportSection, runFacts, writeReport } from "../report/mod.ts";
import * as torch from "../torch/mod.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { agreementMap, marginHistogram } from "./vote_blocks.ts";
import type { ShelfVotes } from "./votes_found.ts";
import { votesTables } from "./votes_tables.ts";

/**
 * Writes the report of a look at a shelf: what it says, tables, and pictures of who agrees with whom.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function writeVotesReport(
  path: string,
  recipe: ResolvedRecipe,
  found: ShelfVotes,
): Promise<void> {
  const { name, images, votes, teachers, sentences } = found;
  await writeReport(path, {
    title: `${name}: what the votes say`,
    subtitle: `${teachers.length} teachers, ${votes?.voters.length ?? 0} of which vote, on ${
      formatCount(images)
    } images`,
    sections: [
      { heading: "In words", blocks: sentences.map((text) => ({ kind: "text", text })) },
      {
        heading: "Teachers",
        blocks: votesTables(found).map((table) => ({ kind: "table", table })),
      },
      ...ofVoters(found),
      ...ofFeatures(found),
    ],
    facts: runFacts({
      seeds: recipe.seed,
      libtorch: torch.buildInfo().libtorch,
      device: recipe.device,
      threads: torch.getNumThreads(),
    }),
    config: recipe,
  });
}

function ofVoters({ votes, labelled }: ShelfVotes): ReportSection[] {
  if (votes === null || votes.voters.length < 2) return [];
  const { voters, pairs, margin, images } = votes;
  const names = voters.map(({ teacher }) => teacher);
  const blocks: ReportBlock[] = [
    {
      kind: "bars",
      title: "How often each voter agrees with the vote",
      percent: true,
      categories: names,
      series: [
        { name: "pseudo class", values: voters.map(({ agreement }) => agreement) },
        { name: "by chance", values: voters.map(({ chance }) => chance) },
        { name: "the others' vote", values: voters.map(({ others }) => others!.agreement) },
      ],
    },
    {
      kind: "bars",
      title: "How many pseudo classes change without a voter",
      percent: true,
      fit: true,
      categories: names,
      series: [{ name: "changed", values: voters.map(({ influence }) => influence) }],
    },
    marginHistogram(margin.histogram, images),
    ...(labelled === null ? [] : [{
      kind: "bars" as const,
      title: "By how much more is right without a voter",
      percent: true,
      fit: true,
      categories: names,
      series: [
        {
          name: "pseudo class",
          values: labelled.voters.map(({ pseudoClassWithout }) => pseudoClassWithout),
        },
        {
          name: "mean prediction",
          values: labelled.voters.map(({ meanWithout }) => meanWithout),
        },
      ],
    }]),
    {
      ...agreementMap(names, pairs.map((row) => row.map(({ agreement }) => agreement))),
      note: noteOf(names),
    },
    {
      ...agreementMap(names, pairs.map((row) => row.map(({ kappa }) => kappa))),
      title: "κ of each two voters: agreement beyond chance",
      percent: false,
      digits: 2,
      note: noteOf(names),
    },
  ];
  return [{ heading: "Who votes with whom", blocks }];
}

function ofFeatures({ teachers, cka }: ShelfVotes): ReportSection[] {
  if (teachers.length < 2) return [];
  const names = teachers.map(({ name }) => name);
  return [{
    heading: "Whose features say the same",
    text:
      "Linear CKA (unbiased, by mini-batches): 1 for features that are the same but for rotation and scale, 0 for " +
      "features that have nothing in common.",
    blocks: [{
      kind: "heatmap",
      title: "CKA of each two teachers' features",
      corner: "teacher",
      columns: names,
      rows: names,
      values: cka,
      digits: 2,
      range: [0, 1],
      note: noteOf(names),
    }],
  }];
}

/** Where numbers are to be found that a map of many names has no room for. */
function noteOf(names: readonly string[]): string | undefined {
  return names.length > WITH_NUMBERS ? "All numbers are in votes.json." : undefined;
}
