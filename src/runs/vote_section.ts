/**
 * How teachers voted, in a report.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import { againstChance, meanAgreement, type VoteSummary, voteWarnings } from "../distill/mod.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { curvesFromMetrics, type ReportBlock, type ReportSection } from "../report/mod.ts";
import { agreementMap, marginHistogram } from "./vote_blocks.ts";

/** The votes as a section of the report, warnings first. */
export function voteSection(
  votes: VoteSummary,
  records: readonly MetricRecord[] = [],
): ReportSection {
  const { consensus, pseudoClass, ties, classTies, margin, images, alike } = votes;
  const words = [
    `In the last epoch, on ${formatCount(images)} images.`,
    ...(consensus.length > 0
      ? [
        `A teacher's sign was that of the consensus in ${
          againstChance(meanAgreement(consensus))
        }; ${formatPercent(ties)} of elements were tied.`,
      ]
      : []),
    ...(pseudoClass.length > 0
      ? [
        `A voter's class was the pseudo class in ${
          againstChance(meanAgreement(pseudoClass))
        }. The pseudo class led ` +
        `by ${formatPercent(margin.mean)} of the votes on average, and ${
          formatPercent(classTies)
        } of images were tied.`,
      ]
      : []),
  ];
  const names = pseudoClass.map(({ teacher }) => teacher);
  return {
    heading: "How the teachers voted",
    text: words.join(" "),
    blocks: [
      ...voteWarnings(votes).map(({ text }): ReportBlock => ({
        kind: "text",
        text: `Warning: ${text}`,
      })),
      ...(consensus.length > 0 ? [ofConsensus(votes), overEpochs(records)] : []),
      ...(pseudoClass.length > 0
        ? [ofPseudoClass(votes), marginHistogram(margin.histogram, images)]
        : []),
      ...(names.length > 1 ? [agreementMap(names, alike)] : []),
    ],
  };
}

function ofConsensus({ consensus }: VoteSummary): ReportBlock {
  return {
    kind: "bars",
    title: "How often each teacher's sign is the consensus",
    percent: true,
    categories: consensus.map(({ teacher }) => teacher),
    series: [
      { name: "consensus sign", values: consensus.map(({ agreement }) => agreement) },
      { name: "by chance", values: consensus.map(({ chance }) => chance) },
      ...(consensus.some(({ shuffled }) => shuffled !== null)
        ? [{ name: "images shuffled", values: consensus.map(({ shuffled }) => shuffled) }]
        : []),
    ],
  };
}

function ofPseudoClass({ pseudoClass }: VoteSummary): ReportBlock {
  return {
    kind: "bars",
    title: "How often each voter's class is the pseudo class",
    percent: true,
    categories: pseudoClass.map(({ teacher }) => teacher),
    series: [
      { name: "pseudo class", values: pseudoClass.map(({ agreement }) => agreement) },
      { name: "by chance", values: pseudoClass.map(({ chance }) => chance) },
    ],
  };
}

/** Whether the teachers came to agree. */
function overEpochs(records: readonly MetricRecord[]): ReportBlock {
  return curvesFromMetrics(records, {
    title: "Consensus beside chance",
    x: "epoch",
    y: "share of feature elements",
    percent: true,
    fields: {
      consensus: "consensus",
      consensusChance: "by chance",
      consensusShuffled: "images shuffled",
    },
    where: ({ event }) => event === "epoch",
  });
}
