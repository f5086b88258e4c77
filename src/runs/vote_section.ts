/**
 * How teachers voted, in a report.
 *
 * @module
 */

import type { VoteSummary } from "../distill/mod.ts";
import type { ReportSection } from "../report/mod.ts";

/** The votes as a section of the report. */
export function voteSection(votes: VoteSummary): ReportSection {
  const { histogram } = votes.margin;
  const classes = new Map(votes.pseudoClass.map(({ teacher, agreement }) => [teacher, agreement]));
  return {
    heading: "How the teachers voted",
    text: `In UNIFORM's last epoch, on ${
      votes.images.toLocaleString("en")
    } images. The pseudo class led by ${
      (100 * votes.margin.mean).toFixed(1)
    } % of the votes on average.`,
    blocks: [
      {
        kind: "bars",
        title: "How often each teacher agrees with the vote",
        percent: true,
        categories: votes.consensus.map(({ teacher }) => teacher),
        series: [
          { name: "consensus sign", values: votes.consensus.map(({ agreement }) => agreement) },
          {
            name: "pseudo class",
            values: votes.consensus.map(({ teacher }) => classes.get(teacher) ?? null),
          },
        ],
      },
      {
        kind: "histogram",
        title: "Vote margin",
        x: "lead of the pseudo class, as a share of the votes",
        y: "images",
        edges: histogram.map((_, i) => i / histogram.length).concat(1),
        counts: histogram.map((share) => Math.round(share * votes.images)),
      },
    ],
  };
}
