import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  beyondChance,
  classChance,
  type FeatureVote,
  type LogitVote,
  meanAgreement,
  signChance,
  VoteAccount,
  voteFeatures,
  voteLogits,
  type VoteSummary,
  voteWarnings,
} from "../../src/distill/mod.ts";
import { voteRecord } from "../../src/distill/vote_record.ts";
import { pairsAlike, turnouts } from "../../src/distill/choices.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { spoken } from "../spoken.ts";

/** A vote on classes by what each voter chose, -1 for nothing. */
function voted(choices: number[][], numClasses: number): LogitVote {
  const images = choices[0].length;
  const cast = choices.map((own) =>
    torch.tensor(own.map((c) => Array.from({ length: numClasses }, (_, k) => Number(k === c))), {
      dtype: "float32",
      device,
    })
  );
  const sum = cast.reduce((a, b) => a.add(b));
  const turnout = sum.sum(1, true).clampMin(1);
  const votes = sum.div(turnout);
  const [most] = votes.topk(Math.min(2, numClasses), 1);
  const margin = numClasses === 1 ? most.select(1, 0) : most.select(1, 0).sub(most.select(1, 1));
  const pseudoClass = votes.argmax(1);
  const int = torch.tensor(choices, { dtype: "int32", device, shape: [choices.length, images] });
  const agreement = int.eq(pseudoClass.to("int32")).to("float32").mean(1);
  return { pseudoClass, votes, probabilities: votes, margin, agreement, choices: int };
}

/** An account of 4 voters on 3 classes that are all asked. */
const account = (voters = ["a", "b", "c", "d"], numClasses = 3, signs: string[] = []) =>
  new VoteAccount(signs, voters, { numClasses }).to(device);

test("pairs and turnouts are counted as one counts them by hand", () => {
  let state = 3;
  const below = (limit: number) => (state = (state * 1103515245 + 12345) % 2 ** 31) % 1000 % limit;
  for (const [voters, images] of [[1, 1], [2, 7], [5, 40]]) {
    const rows = Array.from(
      { length: voters },
      () => Array.from({ length: images }, () => below(4) - 1),
    );
    const choices = torch.tensor(rows, { dtype: "int32", device });
    const count = (i: number, j: number) =>
      rows[i].filter((c, k) => c >= 0 && c === rows[j][k]).length;
    assertEquals(
      pairsAlike(choices).toArray(),
      rows.map((_, i) => rows.map((_, j) => count(i, j))),
    );
    const took = (k: number) => rows.filter((own) => own[k] >= 0).length;
    assertEquals(
      turnouts(choices.ge(0).to("float64")).toArray(),
      rows.map((own) =>
        rows.map((_, n) => own.filter((c, k) => c >= 0 && took(k) === n + 1).length)
      ),
    );
  }
});

test("agreement, pairs, ties and chance over batches in which not everybody votes", () => {
  using votes = account();
  const names = ["a", "b", "c", "d"];
  // Image by image; "c" says nothing of the second and third, and was left out of the second batch.
  const first = [[0, 1, 2, 0], [0, 1, 1, 1], [0, -1, -1, 2], [1, 1, 0, 2]];
  const second = [[2, 2], [2, 1], [2, 0]];
  votes.add(4, null, { vote: voted(first, 3), names });
  votes.add(2, null, { vote: voted(second, 3), names: ["a", "b", "d"] });
  const { pseudoClass, alike, classTies, margin, images, consensus, ties } = votes.summary();
  assertEquals([images, ties], [6, 0]);
  assertEquals(consensus, []);
  // By hand: the winners are 0 1 (one of 0, 1, 2: 0) 2, then 2 and (of 0, 1, 2) 0.
  const winners = [0, 1, 0, 2, 2, 0];
  const own = {
    a: [0, 1, 2, 0, 2, 2],
    b: [0, 1, 1, 1, 2, 1],
    c: [0, -1, -1, 2, -1, -1],
    d: [1, 1, 0, 2, 2, 0],
  };
  const lists = Object.values(own);
  const agreed = lists.map((row) =>
    row.filter((c, k) => c === winners[k]).length / row.filter((c) => c >= 0).length
  );
  assertClose(pseudoClass.map(({ agreement }) => agreement), agreed);
  const turnout = winners.map((_, k) => lists.filter((row) => row[k] >= 0).length);
  const chances = lists.map((row) => {
    const took = turnout.filter((_, k) => row[k] >= 0);
    return took.reduce((sum, n) => sum + classChance(n, 3), 0) / took.length;
  });
  assertClose(pseudoClass.map(({ chance }) => chance), chances);
  assertClose(
    alike as number[][],
    lists.map((x) =>
      lists.map((y) => {
        const both = x.filter((c, k) => c >= 0 && y[k] >= 0).length;
        return x.filter((c, k) => c >= 0 && c === y[k]).length / both;
      })
    ),
  );
  assertClose(classTies, 2 / 6);
  assertClose(margin.mean, (1 / 2 + 1 + 0 + 1 / 4 + 1 + 0) / 6);
});

test("who never voted together is alike in nothing that is known, and nobody's vote is no tie", () => {
  using votes = account(["a", "b"], 2);
  votes.add(3, null, { vote: voted([[0, -1, -1], [-1, 1, -1]], 2), names: ["a", "b"] });
  const { alike, pseudoClass, classTies } = votes.summary();
  assertEquals(alike, [[1, null], [null, 1]]);
  assertEquals(pseudoClass.map(({ agreement, chance }) => [agreement, chance]), [[1, 1], [1, 1]]);
  assertEquals(classTies, 0);
});

test("partial voters have the chance of what they know", () => {
  using votes = new VoteAccount([], ["digits", "clothes"], {
    numClasses: 4,
    known: [[0, 1], [2, 3]],
  });
  votes.to(device);
  votes.add(2, null, { vote: voted([[0, 1], [2, 3]], 4), names: ["digits", "clothes"] });
  // They never agree: either wins every second time.
  for (const { chance } of votes.summary().pseudoClass) assertAlmostEquals(chance, 0.5, 0.01);
});

test("one voter, and one class, agree with themselves, and there is nothing to warn of", () => {
  using one = account(["a"]);
  one.add(2, null, { vote: voteLogits([torch.randn([2, 3], { device })]), names: ["a"] });
  const { pseudoClass, alike, classTies, margin } = one.summary();
  assertEquals(pseudoClass, [{ teacher: "a", agreement: 1, chance: 1 }]);
  assertEquals([alike, classTies, margin.mean], [[[1]], 0, 1]);
  assertEquals(voteWarnings(one.summary()), []);
  using single = account(["a", "b"], 1);
  const logits = [0, 1].map(() => torch.randn([4, 1], { device }));
  single.add(4, null, { vote: voteLogits(logits), names: ["a", "b"] });
  const { pseudoClass: [first], classTies: tied } = single.summary();
  assertEquals([first.agreement, first.chance, tied], [1, 1, 0]);
  assertEquals(voteWarnings(single.summary()), []);
});

test("a teacher that is left out has the consensus, and its chance, of when it was there", () => {
  using votes = account([], 3, ["a", "b", "c"]);
  const signs = (rows: number[][]) =>
    voteFeatures(rows.map((row) => torch.tensor([row], { dtype: "float32", device })));
  votes.add(1, { vote: signs([[1, 1], [1, -1], [-1, -1]]), names: ["a", "b", "c"] }, null);
  votes.add(3, { vote: signs([[1, 1], [1, -1]]), names: ["a", "c"] }, null);
  const { consensus, ties } = votes.summary();
  assertClose(consensus.map(({ agreement }) => agreement), [
    (0.5 + 3 * 0.5) / 4,
    1,
    (0.5 + 3 * 0.5) / 4,
  ]);
  const both = (signChance(3) + 3 * signChance(2)) / 4;
  assertClose(consensus.map(({ chance }) => chance), [both, 0.75, both]);
  assertEquals(consensus.map(({ shuffled }) => shuffled), [null, null, null]);
  assertClose(ties, 3 / 4 / 2);
});

test("what is left with images shuffled is kept beside, where it was looked at", () => {
  using votes = account([], 3, ["a", "b"]);
  const rows = [0, 1].map(() => torch.randn([4, 6], { device }));
  const vote: FeatureVote = voteFeatures(rows);
  const shuffledAgreement = torch.tensor([0.25, 0.75], { device });
  votes.add(4, { vote: { ...vote, shuffledAgreement }, names: ["a", "b"] }, null);
  votes.add(4, { vote, names: ["a", "b"] }, null);
  const summary = votes.summary();
  assertEquals(summary.consensus.map(({ shuffled }) => shuffled), [0.25, 0.75]);
  const record = voteRecord(summary);
  assertEquals(record.consensusShuffled, 0.5);
  assertEquals(record.consensusChance, 0.5);
});

/** A summary of such agreement with the consensus. */
const consensusOf = (
  agreement: number,
  teachers: number,
  shuffled: number | null,
): VoteSummary => ({
  images: 100,
  consensus: Array.from({ length: teachers }, (_, i) => ({
    ...{ teacher: `t${i}`, agreement, chance: signChance(teachers), shuffled },
  })),
  ...{ ties: 0, pseudoClass: [], alike: [], classTies: 0 },
  margin: { mean: 0, histogram: [] },
});

test("a vote that is at chance is warned of, also where only shuffled images show it", () => {
  const kinds = (votes: VoteSummary) => voteWarnings(votes).map(({ kind }) => kind);
  // As measured: without alignment, and with it.
  assertEquals(kinds(consensusOf(0.648, 9, null)), ["consensus"]);
  assertEquals(kinds(consensusOf(0.567, 31, null)), ["consensus"]);
  assertEquals(kinds(consensusOf(0.869, 9, null)), []);
  assertEquals(kinds(consensusOf(0.826, 31, null)), []);
  assertEquals(kinds(consensusOf(0.826, 31, 0.82)), ["consensus"]);
  const [{ text }] = voteWarnings(consensusOf(0.794, 8, 0.791));
  assert(text.startsWith("Features voting says nothing of the images"), text);
  assert(text.includes("studentProjection") && !text.includes("beta3"), text);
  assertEquals(kinds({ ...consensusOf(0.5, 9, null), images: 0 }), []);
  assertAlmostEquals(beyondChance(meanAgreement(consensusOf(0.9, 10, 0.6).consensus)), 0.75);
});

test("a warning is said once in a run, after a second epoch that deserves it, also over a break", async () => {
  const bad = consensusOf(0.648, 9, null);
  const good = consensusOf(0.869, 9, null);
  const names = bad.consensus.map(({ teacher }) => teacher);
  using one = account([], 3, names);
  using other = account([], 3, names);
  const after = (own: VoteAccount, ...epochs: VoteSummary[]) =>
    spoken(() => epochs.forEach((votes) => own.warn("UNIFORM", votes)));
  // Encoders are random in the first epoch; what comes right later is not worth a warning.
  assertEquals(await after(one, bad, good, bad), "");
  other.loadStateDict(one.stateDict());
  const said = await after(other, bad);
  assert(/^UNIFORM, .*: Features voting is at chance: .*64\.8 %.*63\.7 %/.test(said), said);
  other.reset();
  one.loadStateDict(other.stateDict());
  assertEquals(await after(one, bad, bad, good, bad, bad), "");
});

test("a record has all numbers, and each teacher's under its name", () => {
  using votes = account(["a", "b.c", "d"], 3);
  const vote = voted([[0, 1, 2, 0], [0, 1, 1, 1], [0, 1, 1, 2]], 3);
  votes.add(4, null, { vote, names: ["a", "b.c", "d"] });
  const record = voteRecord(votes.summary());
  assertClose(record.pseudoClassChance as number, classChance(3, 3));
  assertEquals(record["teachers.b.c.pseudoClass"], 0.75);
  assertEquals(record["teachers.d.alike"], (0.5 + 0.75) / 2);
  assertEquals(record.voteAlike, [1, 0.5, 0.5, 0.5, 1, 0.75, 0.5, 0.75, 1]);
  assertEquals((record.voteHistogram as number[]).length, 10);
  assertEquals(record.voteTies, 0.25);
  assertEquals("consensus" in record, false);
});
