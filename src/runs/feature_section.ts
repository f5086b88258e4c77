/**
 * The student's features in the report of a run.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import type { EmbeddingMethod } from "../evaluation/mod.ts";
import type { ReportBlock, ReportSection, ScatterBlock } from "../report/mod.ts";
import type { FeaturePicture, SeenFeatures } from "./look_at_features.ts";
import type { Similarity } from "./result.ts";

/** So many groups can be told apart; of more the smallest ones are together. */
const GROUPS = 24;

const METHODS: Record<EmbeddingMethod, { title: string; text: string }> = {
  tsne: {
    title: "t-SNE",
    text:
      "Images that are near each other in the student's features lie near each other; distances between groups and " +
      "their sizes say nothing.",
  },
  umap: {
    title: "UMAP",
    text:
      "Images that are near each other in the student's features lie near each other; distances between groups say little.",
  },
  pca: {
    title: "principal components",
    text: "The two directions that the student's features differ along most.",
  },
};

/** The section; none where nobody looked. */
export function featureSection(
  { picture, similarity }: SeenFeatures,
  method: EmbeddingMethod | null,
): ReportSection[] {
  const blocks = [
    ...(method === null || picture === null ? [] : pictured(picture, METHODS[method])),
    ...(similarity === null ? [] : compared(similarity)),
  ];
  return blocks.length === 0 ? [] : [{ heading: "The student's features", blocks }];
}

function pictured(
  picture: FeaturePicture | string,
  { title, text }: { title: string; text: string },
): ReportBlock[] {
  if (typeof picture === "string") {
    return [{ kind: "text", text: `There is no picture of the features (${title}): ${picture}` }];
  }
  const { points, labels, classNames, domains, images } = picture;
  const some = points.length < images
    ? `${formatCount(points.length)} of the ${formatCount(images)} test images, evenly spread.`
    : `All ${formatCount(images)} test images.`;
  return [
    { kind: "text", text: `${text} ${some}` },
    scatter(`Features by class (${title})`, points, labels, classNames, "class"),
    ...(domains === null ? [] : [
      scatter(`Features by data set (${title})`, points, domains.of, domains.names, "data set"),
    ]),
  ];
}

/** Points in groups, the largest ones each for itself. */
function scatter(
  title: string,
  points: FeaturePicture["points"],
  groups: readonly number[],
  names: readonly string[],
  what: string,
): ScatterBlock {
  const sizes = names.map((_, group) => groups.filter((own) => own === group).length);
  const there = names.map((_, group) => group).filter((group) => sizes[group] > 0);
  const alone = there.length <= GROUPS ? there : there.toSorted((a, b) => sizes[b] - sizes[a])
    .slice(0, GROUPS - 1).sort((a, b) => a - b);
  const of = (isOne: (group: number) => boolean) => points.filter((_, i) => isOne(groups[i]));
  const rest = of((group) => !alone.includes(group));
  return {
    kind: "scatter",
    title,
    series: [
      ...alone.map((one) => ({ name: names[one], points: of((group) => group === one) })),
      ...(rest.length > 0 ? [{ name: "others", points: rest }] : []),
    ],
    note: `The nearest other image in the picture is of the same ${what} for ${
      formatPercent(purity(points, groups))
    } of the images; by chance it would be for ${formatPercent(chance(sizes))}.`,
  };
}

/** For which share of points the nearest other one is of the same group. */
function purity(points: FeaturePicture["points"], groups: readonly number[]): number {
  const pure = points.filter(([x, y], i) => {
    let [nearest, least] = [-1, Infinity];
    points.forEach(([a, b], j) => {
      const distance = (a - x) ** 2 + (b - y) ** 2;
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    });
    return groups[nearest] === groups[i];
  });
  return pure.length / points.length;
}

/** For which share of points another one, whichever, is of the same group. */
function chance(sizes: readonly number[]): number {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.reduce((sum, size) => sum + size * (size - 1), 0) / (all * (all - 1));
}

function compared(similarity: Similarity | string): ReportBlock[] {
  if (typeof similarity === "string") {
    return [{ kind: "text", text: `Student and teachers could not be compared: ${similarity}` }];
  }
  const { names, values, images } = similarity;
  return [{
    kind: "heatmap",
    title: "CKA of student's and teachers' features",
    corner: "network",
    columns: names,
    rows: names,
    values,
    digits: 2,
    range: [0, 1],
    note: `Linear CKA, unbiased, on ${
      formatCount(images)
    } test images: 1 for features that are the same but for rotation and scale, 0 for features that have nothing in common.`,
  }];
}
