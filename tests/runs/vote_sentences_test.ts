import { assert, assertEquals } from "@std/assert";
import type { LabelledFindings, VoteFindings } from "../../src/distill/mod.ts";
import type { ShelfVotes } from "../../src/runs/mod.ts";
import { groupsOf } from "../../src/runs/teacher_pairs.ts";
import { voteSentences } from "../../src/runs/vote_sentences.ts";

type Found = Omit<ShelfVotes, "sentences" | "folder">;

/** What was found of these voters: κ with each other and with the others' vote, and how many classes change without. */
function votesOf(kappas: number[][], others: number[], influence: number[]): VoteFindings {
  const agreement = (kappa: number) => ({ images: 100, agreement: 0.9, kappa });
  return {
    images: 5000,
    voters: kappas.map((_, i) => ({
      ...{ teacher: "abcdefgh"[i], images: 5000, agreement: 0.9, chance: 0.2 },
      others: agreement(others[i]),
      influence: influence[i],
    })),
    pairs: kappas.map((row) => row.map(agreement)),
    ties: 0.02,
    margin: { mean: 0.8, histogram: [] },
  };
}

/** What labels say of them: by how much more is right without each, and how likely that is by chance. */
function labelsOf(gains: number[], p: number[]): LabelledFindings {
  return {
    ...{ images: 2000, pseudoClass: 0.88, mean: 0.885 },
    voters: gains.map((gain, i) => ({
      ...{ teacher: "abcdefgh"[i], accuracy: 0.8 + i / 100, accuracyOnKnown: 0.8, meanWithout: 0 },
      ...{ pseudoClassWithout: gain, p: p[i] },
    })),
  };
}

const three = [[1, 0.96, 0.5], [0.96, 1, 0.02], [0.5, 0.02, 1]];
const found: Found = {
  ...{ name: "shelf", images: 5000, leftOut: {} },
  votes: votesOf(three, [0.9, 0.9, 0.03], [0.01, 0.05, 0.02]),
  labelled: labelsOf([-0.02, 0.004, 0.0165], [0.001, 0.01, 0.02]),
  teachers: ["a", "b", "c"].map((name) => ({ name, kind: "predictive" as const })),
  cka: [[1, 0.95, 0.3], [0.95, 1, NaN], [0.3, NaN, 1]],
};

Deno.test("sentences say who agrees, who is at chance, who says the same, who decides, and who harms", () => {
  assertEquals(voteSentences(found), [
    "3 of 3 teachers vote, here on 5,000 images: the pseudo class leads by 80.0 % of the votes on average, and on 2.0 % " +
    "of images several classes have most votes.",
    "The voters most alike are a and b (κ 0.96), least b and c (κ 0.02).",
    "c (κ 0.03) agrees with the others no more than chance has it: look at the order of its classes and at what its " +
    "images are normalized by.",
    "More than one of these adds little but weight, as they vote nearly the same (κ from 0.95 on): a and b.",
    "Most depends on b: without it 5.0 % of pseudo classes are others; least on a (1.0 %).",
    "More than one of these adds little, as their features say nearly the same (CKA from 0.90 on): a and b.",
    "On 2,000 validation images the pseudo class is right in 88.0 %, the mean prediction in 88.5 %, the best voter, c, " +
    "in 82.0 %.",
    // b's chance of 0.01 is below 0.05 / 3, c's of 0.02 is not.
    "Pseudo classes are right more often without b (0.40 points): beyond chance, it harms.",
    "Pseudo classes are right less often without a (2.00 points).",
  ]);
});

Deno.test("sentences where nobody harms, nobody is alike, or there is nothing to compare with", () => {
  const calm = voteSentences({
    ...found,
    votes: votesOf([[1, 0.8], [0.8, 1]], [0.8, 0.8], [0.1, 0.1]),
    labelled: labelsOf([0.001, -0.001], [0.5, 0.5]),
    cka: [[1, NaN, NaN], [NaN, 1, NaN], [NaN, NaN, 1]],
  });
  assertEquals(calm.slice(1), [
    "The voters most alike are a and b (κ 0.80).",
    "Every voter agrees with the others beyond chance.",
    "Without any one of them 10.0 % of pseudo classes are others.",
    "On 2,000 validation images the pseudo class is right in 88.0 %, the mean prediction in 88.5 %, the best voter, b, " +
    "in 81.0 %.",
    "No voter harms beyond chance: without none of them are pseudo classes right more often.",
  ]);
  const silent = voteSentences({
    ...found,
    votes: null,
    labelled: null,
    leftOut: { x: "no file" },
  });
  assertEquals(silent[0], "No teacher votes on classes: only features are looked at.");
  assertEquals(silent.at(-1), "x was left out: no file");
  assert(!silent.some((text) => text.includes("data.validation")));
});

Deno.test("who names one class only is told, and not that all is well", () => {
  const kappas = [[NaN, 0], [0, 1]];
  const [, , stuck] = voteSentences({ ...found, votes: votesOf(kappas, [0, 0.5], [0.1, 0.1]) });
  assertEquals(stuck, "a names one class only, whatever the image.");
});

Deno.test("of many names the first ones stand in a sentence", () => {
  const many = Array.from({ length: 8 }, () => new Array(8).fill(0.99));
  const [, , , same] = voteSentences({
    ...found,
    votes: votesOf(many, new Array(8).fill(0.9), new Array(8).fill(0)),
  });
  assert(same.endsWith("on): a, b, c, d, e, f and 2 more."), same);
});

Deno.test("in a group each is like each other one", () => {
  // b is like a and like c, who differ; d is like nobody; nothing is known of e.
  const alike = [
    [1, 0.97, 0.5, 0.1, NaN],
    [0.97, 1, 0.96, 0.1, NaN],
    [0.5, 0.96, 1, 0.1, NaN],
    [0.1, 0.1, 0.1, 1, NaN],
    [NaN, NaN, NaN, NaN, NaN],
  ];
  assertEquals(groupsOf([..."abcde"], alike, 0.95), [["a", "b"]]);
  const two = [[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]];
  assertEquals(groupsOf([..."abcd"], two, 0.95), [["a", "c"], ["b", "d"]]);
  assertEquals(groupsOf([], [], 0.95), []);
});
