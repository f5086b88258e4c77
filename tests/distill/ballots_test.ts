import { assertEquals, assertThrows } from "@std/assert";
import { resolveOptions } from "../../src/base/options.ts";
import { ShapeError } from "../../src/base/errors.ts";
import {
  BallotBox,
  type Ballots,
  classChance,
  labelledFindings,
  voteFindings,
  voterOptions,
  Voters,
  type VoterSettings,
} from "../../src/distill/mod.ts";
import { agreementOf, signTest } from "../../src/evaluation/mod.ts";
import { Opinions, predictive, Shelf } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

/** Voters of a shelf with these names. */
function votersOf(
  names: readonly string[],
  numClasses = 3,
  settings: VoterSettings = {},
): Voters {
  const shelf = new Shelf(names.map((name) =>
    predictive({
      ...{ name, numClasses, featureDim: 1 },
      run: () => {
        throw new Error("was asked");
      },
    })
  ));
  return new Voters(shelf, resolveOptions("test", voterOptions(1), settings));
}

/** What teachers say, by their logits. */
function opinionsOf(
  logits: Record<string, number[][]>,
  known: Record<string, number[]> = {},
): Opinions {
  return new Opinions(
    new Map(
      Object.entries(logits).map(([name, rows]) => [name, {
        features: torch.zeros([rows.length, 1], { device }),
        logits: torch.tensor(rows, { dtype: "float32", device }),
      }]),
    ),
    new Map(Object.entries(known)),
  );
}

/** Logits of one who is sure of a class, more or less. */
const sure = (c: number, by = 4) => [0, 1, 2].map((k) => k === c ? by : 0);

test("what comes out without a voter is what the others' vote comes to", () => {
  const names = ["a", "b", "c"];
  using voters = votersOf(names);
  const box = new BallotBox(voters);
  const batches: Record<string, number[][]>[] = [
    { a: [sure(0), sure(1)], b: [sure(0), sure(2, 5)], c: [sure(1), sure(2, 9)] },
    { a: [sure(2)], c: [sure(0, 9)] }, // b was left out
    { b: [sure(1)] }, // and so were the others
  ];
  for (const batch of batches) box.add(opinionsOf(batch));
  const ballots = box.ballots();
  assertEquals(ballots.images, 4);
  assertEquals(ballots.numClasses, 3);
  assertEquals(ballots.choices.map((own) => [...own]), [[0, 1, 2, -1], [0, 2, -1, 1], [
    1,
    2,
    0,
    -1,
  ]]);
  assertEquals([...ballots.pseudoClass], [0, 2, 0, 1]);
  assertClose([...ballots.margin], [1 / 3, 1 / 3, 0, 1]);
  const out = ballots.without.map(({ pseudoClass }) => [...pseudoClass]);
  // Of two that differ the surer one wins.
  assertEquals(out, [[0, 2, 0, 1], [0, 2, 0, -1], [0, 2, 2, 1]]);
  assertEquals(ballots.known, [null, null, null]);
});

test("what a voter knows is kept, and decides what comes out without another one", () => {
  using voters = votersOf(["part", "other", "whole"], 3, { average: "probabilities" });
  const box = new BallotBox(voters);
  const logits = { part: [[1, -Infinity, 2]], other: [[-Infinity, 4, 0]], whole: [sure(0, 1)] };
  box.add(opinionsOf(logits, { part: [0, 2], other: [1, 2] }));
  const ballots = box.ballots();
  assertEquals(ballots.known, [[0, 2], [1, 2], null]);
  assertEquals(ballots.choices.map(([c]) => c), [2, 1, 0]);
  assertEquals(ballots.without.map(({ pseudoClass: [c] }) => c), [1, 2, 1]);
});

/** Ballots by plain lists. */
function ballotsOf(
  choices: number[][],
  outcome: number[],
  without: number[][],
  mean = outcome,
): Ballots {
  return {
    voters: choices.map((_, i) => `t${i}`),
    images: outcome.length,
    choices: choices.map((own) => Int32Array.from(own)),
    pseudoClass: Int32Array.from(outcome),
    meanClass: Int32Array.from(mean),
    margin: Float64Array.from(outcome, (_, k) => k === 0 ? 0 : 0.7),
    without: without.map((own) => ({
      pseudoClass: Int32Array.from(own),
      meanClass: Int32Array.from(own),
    })),
    numClasses: 3,
    known: choices.map(() => null),
  };
}

test("findings of a case by hand", () => {
  const choices = [[0, 1, 2, 0], [0, 1, 1, -1], [1, 1, 2, 0]];
  const without = [[0, 1, 1, 0], [0, 1, 2, 0], [0, 1, 1, 0]];
  const found = voteFindings(ballotsOf(choices, [0, 1, 2, 0], without));
  assertEquals(found.voters.map(({ images }) => images), [4, 3, 4]);
  assertClose(found.voters.map(({ agreement }) => agreement), [1, 2 / 3, 3 / 4]);
  assertEquals(found.voters.map(({ influence }) => influence), [1 / 4, 0, 1 / 4]);
  const [three, two] = [classChance(3, 3), classChance(2, 3)];
  const mixed = (3 * three + two) / 4;
  assertClose(found.voters.map(({ chance }) => chance), [mixed, three, mixed]);
  assertEquals(found.voters[1].others, agreementOf(choices[1], without[1]));
  assertEquals(found.pairs[0][2], agreementOf(choices[0], choices[2]));
  assertEquals(found.pairs[2][0], found.pairs[0][2]);
  assertEquals(found.ties, 1 / 4);
  assertClose(found.margin.histogram, [1 / 4, 0, 0, 0, 0, 0, 0, 3 / 4, 0, 0]);
});

test("labels say who is right, and what would be without each", () => {
  const choices = [[0, 1, 2, 0], [0, 1, 1, -1], [1, 1, 2, 0]];
  const without = [[0, 1, 1, 0], [0, 1, 2, 1], [1, 1, 1, 0]];
  const ballots = ballotsOf(choices, [0, 1, 2, 0], without, [0, 0, 2, 0]);
  const found = labelledFindings({ ...ballots, known: [null, [0, 1], null] }, [0, 1, 2, 1]);
  assertEquals([found.images, found.pseudoClass, found.mean], [4, 3 / 4, 2 / 4]);
  assertClose(found.voters.map(({ accuracy }) => accuracy), [3 / 4, 2 / 3, 2 / 4]);
  assertClose(found.voters.map(({ accuracyOnKnown }) => accuracyOnKnown), [3 / 4, 1, 2 / 4]);
  assertClose(
    found.voters.map(({ pseudoClassWithout }) => pseudoClassWithout!),
    [-1 / 4, 1 / 4, -2 / 4],
  );
  assertClose(found.voters.map(({ meanWithout }) => meanWithout!), [0, 2 / 4, -1 / 4]);
  assertEquals(found.voters.map(({ p }) => p), [signTest(0, 1), signTest(1, 0), signTest(0, 2)]);
  assertThrows(() => labelledFindings(ballots, [0]), ShapeError, "4 images");
});

test("one voter alone is compared with nobody", () => {
  const ballots = ballotsOf([[0, 1]], [0, 1], [[-1, -1]]);
  const [{ others, influence, chance, agreement }] = voteFindings(ballots).voters;
  assertEquals([others, influence, chance, agreement], [null, null, 1, 1]);
  const [{ accuracy, pseudoClassWithout, meanWithout, p }] =
    labelledFindings(ballots, [0, 0]).voters;
  assertEquals([accuracy, pseudoClassWithout, meanWithout, p], [0.5, null, null, null]);
});

test("findings hold for random ballots: order of voters and of images changes nothing", () => {
  torch.manualSeed(3);
  const names = ["a", "b", "c", "d", "e"];
  const logits = names.map(() => torch.randn([60, 4], { device }));
  const look = (order: number[], images: number[]) => {
    using voters = votersOf(order.map((i) => names[i]), 4);
    const box = new BallotBox(voters);
    const places = torch.tensor(images, { dtype: "int64", device });
    for (const part of [[0, 20], [20, 33], [33, 60]]) {
      const own = places.narrow(0, part[0], part[1] - part[0]);
      box.add(opinionsOf(Object.fromEntries(order.map((i) => [
        names[i],
        logits[i].indexSelect(0, own).toArray() as number[][],
      ]))));
    }
    const ballots = box.ballots();
    return {
      votes: voteFindings(ballots),
      labelled: labelledFindings(ballots, images.map((k) => k % 4)),
    };
  };
  const inOrder = Array.from({ length: 60 }, (_, k) => k);
  const one = look([0, 1, 2, 3, 4], inOrder);
  const other = look([4, 2, 0, 1, 3], inOrder.toReversed());
  for (const voter of one.votes.voters) {
    const same = other.votes.voters.find(({ teacher }) => teacher === voter.teacher)!;
    assertClose(
      [same.agreement, same.others!.kappa, same.influence, same.chance],
      [voter.agreement, voter.others!.kappa, voter.influence, voter.chance],
    );
  }
  assertClose(other.labelled.pseudoClass, one.labelled.pseudoClass);
  // Without one, what comes out is what the shelf without it says.
  const four = look([0, 1, 3, 4], inOrder);
  assertClose(
    four.labelled.pseudoClass - one.labelled.pseudoClass,
    one.labelled.voters[2].pseudoClassWithout,
  );
  assertClose(four.labelled.mean - one.labelled.mean, one.labelled.voters[2].meanWithout);
});
