/** Votes of teachers who know some classes only. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const { voteLogits } = distill;
const gone = -Infinity;
const t = (values: torch.NestedArray, dtype: torch.DType = "float32") =>
  torch.tensor(values, { dtype, device });
/** A logit whose softmax beside 0 is `p`. */
const odds = (p: number) => Math.log(p / (1 - p));

/** Three teachers of four classes: one of 0 and 1, one of 1 and 2, one of all; class 3 is the last one's alone. */
const known = [[0, 1], [1, 2], null];
const three = [
  t([[odds(0.9), 0, gone, gone]]),
  t([[gone, odds(0.8), 0, gone]]),
  t([[0, 0, 0, Math.log(3)]]), // 1/6, 1/6, 1/6, 1/2
];

test("literal: each votes for one of its own classes, and gives the others no probability", () => {
  const vote = voteLogits(three, { known });
  assertClose(vote.votes, [[1 / 3, 1 / 3, 0, 1 / 3]]);
  const mean = [0.9 + 1 / 6, 0.1 + 0.8 + 1 / 6, 0.2 + 1 / 6, 0.5].map((p) => p / 3);
  assertClose(vote.probabilities, [mean]);
  // Three classes have a vote each; 0 and 1 are equally likely, and the first of equal ones wins.
  assertEquals(vote.margin.toArray(), [0]);
  const likelier = three.with(0, t([[odds(0.91), 0, gone, gone]]));
  const won = voteLogits(likelier, { known });
  assertEquals(won.pseudoClass.toArray(), [0]);
  assertEquals(won.agreement.toArray(), [1, 0, 0]);
  assertEquals(voteLogits(likelier, { known, ties: "first" }).pseudoClass.toArray(), [0]);
  const other = three.with(1, t([[gone, odds(0.9), 0, gone]]));
  assertEquals(voteLogits(other, { known }).pseudoClass.toArray(), [1]);
  assertEquals(voteLogits(other, { known, ties: "first" }).pseudoClass.toArray(), [0]);
  assertEquals(won.choices.toArray(), [[0], [1], [3]]);
});

test("literal: mean logits are those of who knows a class, at a temperature", () => {
  const logits = [t([[2, 4, gone, gone]]), t([[gone, 8, 6, gone]])];
  const softmax = (z: number[]) => {
    const e = z.map(Math.exp);
    return e.map((v) => v / e.reduce((a, b) => a + b));
  };
  const vote = voteLogits(logits, {
    known: [[0, 1], [1, 2]],
    average: "logits",
    temperature: 2,
  });
  assertClose(vote.probabilities, [softmax([1, 3, 3, gone])]);
  assertEquals(vote.votes.toArray(), [[0, 1, 0, 0]]);
});

test("concatenated: those who know parts are one voice, which counts as often as its classes are covered", () => {
  // 0: odds(.9); 1: the mean of 0 and odds(.8); 2: 0. Two teachers of two classes cover three: 4/3 times.
  const vote = voteLogits(three, { known, partial: "concatenated" });
  const e = [9, Math.sqrt(4), 1];
  const sum = e[0] + e[1] + e[2];
  const joint = [...e.map((v) => v / sum), 0];
  const weight = 4 / 3;
  const whole = [1 / 6, 1 / 6, 1 / 6, 1 / 2];
  assertClose(vote.probabilities, [
    joint.map((p, c) => (weight * p + whole[c]) / (weight + 1)),
  ]);
  assertClose(vote.votes, [[weight / (weight + 1), 0, 0, 1 / (weight + 1)]]);
  assertEquals(vote.pseudoClass.toArray(), [0]);
  assertClose(vote.margin, [(weight - 1) / (weight + 1)]);
  // The second teacher does not know what the voice it is part of voted for.
  assertEquals(vote.choices.toArray(), [[0], [-1], [3]]);
  assertEquals(vote.agreement.toArray(), [1, 0, 0]);
  // Those who share the classes out among them count once; three of the same classes are three.
  const two = [t([[3, 0, gone, gone]]), t([[gone, gone, 0, 1]])];
  const shared = voteLogits(two, { known: [[0, 1], [2, 3]], partial: "concatenated" });
  assertClose(shared.probabilities, t([[3, 0, 0, 1]]).softmax(1));
  assertEquals(shared.votes.toArray(), [[1, 0, 0, 0]]);
  const same = [two[0], two[0], two[0], t([[0, 0, 0, 9]])];
  const thrice = voteLogits(same, {
    known: [[0, 1], [0, 1], [0, 1], null],
    partial: "concatenated",
  });
  assertEquals(thrice.votes.toArray(), [[0.75, 0, 0, 0.25]]);
  // Of mean logits each class has those who know it, the voice as often as it counts.
  const logits = voteLogits(three, { known, partial: "concatenated", average: "logits" });
  const mix = (joint: number, whole: number) => (weight * joint + whole) / (weight + 1);
  const z = [mix(Math.log(9), 0), mix(Math.log(2), 0), mix(0, 0), Math.log(3)];
  assertClose(logits.probabilities, t([z]).softmax(1));
});

test("abstain: those who are not sure do not vote, and have no part in the mean", () => {
  const options = { known, partial: "abstain", confidence: "maxProbability" } as const;
  const vote = voteLogits(three, { ...options, threshold: 0.85 });
  assertClose(vote.votes, [[0.5, 0, 0, 0.5]]);
  assertClose(vote.probabilities, [[0.9, 0.1, 0, 0].map((p, c) => (p + [1, 1, 1, 3][c] / 6) / 2)]);
  assertEquals(vote.pseudoClass.toArray(), [0]);
  assertEquals(vote.margin.toArray(), [0]);
  assertEquals(vote.choices.toArray(), [[0], [-1], [3]]);
  assertEquals(vote.agreement.toArray(), [1, 0, 0]);
  // Who knows all never abstains; nobody else is sure here.
  const last = voteLogits(three, { ...options, threshold: 0.95 });
  assertClose(last.probabilities, [[1 / 6, 1 / 6, 1 / 6, 1 / 2]]);
  assertEquals(last.choices.toArray(), [[-1], [-1], [3]]);
  assertEquals(last.margin.toArray(), [1]);
  // Energy: log(9 + 1) and log(4 + 1).
  const energy = { ...options, confidence: "energy" } as const;
  assertEquals(
    voteLogits(three, { ...energy, threshold: Math.log(7) }).choices.toArray(),
    [[0], [-1], [3]],
  );
  // A threshold for each; that of who knows all is not looked at, and without one nobody abstains.
  assertEquals(
    voteLogits(three, { ...energy, threshold: t([9, 0, 9]) }).choices.toArray(),
    [[-1], [1], [3]],
  );
  assertEquals(
    voteLogits(three, { ...energy, threshold: t([NaN, -Infinity, NaN]) }).choices.toArray(),
    [[0], [1], [3]],
  );
  // At the threshold it votes.
  const exact = [t([[1, 1, gone, gone]]), three[2]];
  const half = { ...options, known: [[0, 1], null], threshold: 0.5 };
  assertEquals(voteLogits(exact, half).choices.toArray(), [[0], [3]]);
});

test("abstain: where nobody would vote all do, image by image", () => {
  const logits = [
    t([[odds(0.9), 0, gone, gone], [odds(0.6), 0, gone, gone], [odds(0.6), 0, gone, gone]]),
    t([[gone, gone, odds(0.6), 0], [gone, gone, odds(0.9), 0], [gone, gone, odds(0.7), 0]]),
  ];
  const vote = voteLogits(logits, {
    known: [[0, 1], [2, 3]],
    partial: "abstain",
    confidence: "maxProbability",
    threshold: 0.8,
  });
  assertEquals(vote.choices.toArray(), [[0, -1, 0], [-1, 2, 2]]);
  assertEquals(vote.pseudoClass.toArray(), [0, 2, 2]);
  assertClose(vote.probabilities, [[0.9, 0.1, 0, 0], [0, 0, 0.9, 0.1], [0.3, 0.2, 0.35, 0.15]]);
  assertClose(vote.votes, [[1, 0, 0, 0], [0, 0, 1, 0], [0.5, 0, 0.5, 0]]);
  assertClose(vote.margin, [1, 1, 0]);
  // Each voted on two images, and was of the majority's opinion on one or both.
  assertEquals(vote.agreement.toArray(), [0.5, 1]);
});

test("abstain: what nobody knows who speaks has the probability 0, also of mean logits", () => {
  const logits = [t([[3, 1, gone, gone]]), t([[gone, 0, 0.5, gone]])];
  const vote = voteLogits(logits, {
    known: [[0, 1], [1, 2]],
    partial: "abstain",
    confidence: "energy",
    threshold: 2,
    average: "logits",
  });
  assertClose(vote.probabilities, [[1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(2)), 0, 0]]);
});

const RULES: distill.LogitVoteOptions[] = [
  { partial: "literal" },
  { partial: "concatenated" },
  { partial: "abstain", confidence: "energy", threshold: 1.5 },
  { partial: "abstain", confidence: "maxProbability", threshold: 0.6 },
];

/** What six teachers say, who know parts or all of eight classes. */
function several(count = 40): { logits: torch.Tensor[]; known: (number[] | null)[] } {
  const known = [[0, 1, 2], [2, 3, 4], [5, 6], null, [0, 3, 5, 6], null];
  const logits = known.map((own) => {
    const all = torch.randn([count, 8], { device }).mul(2);
    const unknown = [0, 1, 2, 3, 4, 5, 6, 7].filter((c) => own !== null && !own.includes(c));
    if (unknown.length === 0) return all;
    return all.indexFill(1, t(unknown, "int64"), -Infinity);
  });
  return { logits, known };
}

test("rows sum to 1, and the order of teachers does not matter, whatever the rule", () => {
  torch.manualSeed(1);
  const { logits, known } = several();
  const order = [4, 2, 0, 5, 1, 3];
  for (const rule of RULES) {
    for (const average of ["probabilities", "logits"] as const) {
      const vote = voteLogits(logits, { ...rule, known, average });
      assertClose(vote.votes.sum(1), new Array(40).fill(1));
      assertClose(vote.probabilities.sum(1), new Array(40).fill(1));
      assert(vote.margin.ge(0).all().item() === 1);
      const other = voteLogits(order.map((i) => logits[i]), {
        ...rule,
        known: order.map((i) => known[i]),
        average,
      });
      assertEquals(other.pseudoClass.toArray(), vote.pseudoClass.toArray());
      assertClose(other.probabilities, vote.probabilities);
      assertClose(other.votes, vote.votes);
      assertEquals(
        other.choices.toArray(),
        order.map((i) => (vote.choices.toArray() as number[][])[i]),
      );
    }
  }
});

test("other numbers for the same classes change nothing but the numbers", () => {
  torch.manualSeed(2);
  const { logits, known } = several();
  // The class c becomes place[c].
  const place = [3, 7, 1, 0, 6, 2, 5, 4];
  const back = t(place.map((_, c) => place.indexOf(c)), "int64");
  for (const rule of RULES) {
    const vote = voteLogits(logits, { ...rule, known });
    const moved = voteLogits(logits.map((z) => z.indexSelect(1, back)), {
      ...rule,
      known: known.map((own) => own?.map((c) => place[c]).sort((a, b) => a - b) ?? null),
    });
    assertClose(moved.probabilities, vote.probabilities.indexSelect(1, back));
    assertEquals(moved.votes.toArray(), vote.votes.indexSelect(1, back).toArray());
    assertEquals(
      moved.pseudoClass.toArray(),
      (vote.pseudoClass.toArray() as number[]).map((c) => place[c]),
    );
    assertClose(moved.margin, vote.margin);
    assertClose(moved.agreement, vote.agreement);
  }
});

test("what logits are at classes that a teacher does not know has no part in the vote", () => {
  torch.manualSeed(3);
  const { logits, known } = several();
  const noise = logits.map((z) => z.where(z.isfinite(), torch.randn([40, 8], { device }).mul(99)));
  for (const rule of RULES) {
    const [vote, other] = [logits, noise].map((all) => voteLogits(all, { ...rule, known }));
    for (const part of ["pseudoClass", "votes", "probabilities", "choices"] as const) {
      assertEquals(other[part].toArray(), vote[part].toArray());
    }
  }
});

test("teachers who know all vote as ever, to the bit, whatever the rule", () => {
  torch.manualSeed(4);
  const logits = Array.from({ length: 5 }, () => torch.randn([33, 8], { device }));
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const average of ["probabilities", "logits"] as const) {
    for (const ties of ["probability", "first"] as const) {
      const options = { average, ties, temperature: 3 };
      const plain = voteLogits(logits, options);
      // By the equations, in the order of the teachers.
      const sums = logits.map((z) => average === "logits" ? z : z.div(3).softmax(1))
        .reduce((sum, one) => sum.add(one)).div(5);
      const mean = average === "logits" ? sums.div(3).softmax(1) : sums;
      assertEquals(plain.probabilities.toArray(), mean.toArray());
      for (const rule of RULES) {
        for (const known of [undefined, logits.map(() => null), logits.map(() => all)]) {
          const vote = voteLogits(logits, { ...options, ...rule, known });
          for (const part of Object.keys(plain) as (keyof distill.LogitVote)[]) {
            assertEquals(vote[part].toArray(), plain[part].toArray(), part);
          }
        }
      }
    }
  }
});

test("the rules are PyTorch's, written with masks", () => {
  const path = fromFileUrl(new URL("../golden/partial_votes.safetensors", import.meta.url));
  const golden = torch.loadSafetensors(path, { device });
  const logits = golden.logits.unbind(0);
  const known = [[0, 1, 2], [2, 3], [3, 4, 5], null, [1, 5]];
  const partial = [0, 1, 2, 4];
  const check = (name: string, vote: distill.LogitVote, ofLogits: distill.LogitVote) => {
    assertClose(vote.votes, golden[`${name}.votes`]);
    assertClose(vote.probabilities, golden[`${name}.probabilities`]);
    assertEquals(vote.pseudoClass.toArray(), golden[`${name}.pseudo_class`].toArray());
    assertClose(vote.margin, golden[`${name}.margin`]);
    assertClose(ofLogits.probabilities, golden[`${name}.of_logits`]);
  };
  const both = (name: string, all: torch.Tensor[], options: distill.LogitVoteOptions) => {
    const [vote, ofLogits] = (["probabilities", "logits"] as const).map((average) =>
      voteLogits(all, { temperature: 2, average, ...options })
    );
    check(name, vote, ofLogits);
    return vote;
  };
  both("literal", logits, { known });
  both("concatenated", logits, { known, partial: "concatenated" });
  for (const confidence of distill.CONFIDENCES) {
    const threshold = golden[`${confidence}.threshold`];
    const own = logits.map((z, i) =>
      known[i] === null ? z : z.indexSelect(1, t(known[i], "int64"))
    );
    assertClose(
      torch.stack(own.map((z) => distill.confidenceOf(z, confidence))),
      golden[`${confidence}.confidence`],
    );
    both(confidence, logits, { known, partial: "abstain", confidence, threshold });
    const alone = both(`${confidence}.alone`, partial.map((i) => logits[i]), {
      known: partial.map((i) => known[i]),
      partial: "abstain",
      confidence,
      threshold: threshold.indexSelect(0, t(partial, "int64")),
    });
    assertEquals(
      alone.choices.ge(0).to("float32").toArray(),
      golden[`${confidence}.alone.speaks`].toArray(),
    );
  }
});

test("half precision is voted on in float32, and -Infinity stays what it is", () => {
  torch.manualSeed(5);
  const { logits, known } = several(8);
  for (const dtype of ["float16", "bfloat16", "float64"] as const) {
    const narrow = logits.map((z) => z.to(dtype));
    const wide = narrow.map((z) => z.to(dtype === "float64" ? "float64" : "float32"));
    for (const rule of RULES) {
      const [vote, exact] = [narrow, wide].map((all) => voteLogits(all, { ...rule, known }));
      assertEquals(vote.probabilities.dtype, dtype === "float64" ? "float64" : "float32");
      assertEquals(vote.pseudoClass.toArray(), exact.pseudoClass.toArray());
      assertClose(vote.probabilities, exact.probabilities);
      assertEquals(vote.choices.toArray(), exact.choices.toArray());
    }
  }
});

test("one image, one class of one teacher, and a class that nobody knows are fine", () => {
  for (const rule of RULES) {
    const vote = voteLogits([t([[gone, 0.5, gone]])], { ...rule, known: [[1]] });
    assertEquals(vote.pseudoClass.toArray(), [1]);
    assertEquals(vote.probabilities.toArray(), [[0, 1, 0]]);
    assertEquals([vote.margin.toArray(), vote.agreement.toArray()], [[1], [1]]);
  }
});

test("losses take what nobody gives a probability, without NaN", () => {
  const vote = voteLogits([t([[2, 0, gone, gone]])], { known: [[0, 1]] });
  for (const logits of [t([[1, 2, 3, 4]]), t([[-300, 0, 300, 300]])]) {
    const student = logits.requiresGrad_();
    for (
      const loss of [
        distill.klDivergence(student, vote.probabilities, { temperature: 2 }),
        distill.logitTransferLoss(student, vote),
        distill.logitTransferLoss(student, vote, { alpha2: 0, temperature: 3 }),
        distill.dkdLoss(student, vote.probabilities, vote.pseudoClass),
        distill.ofaLoss(student, vote.probabilities, vote.pseudoClass, { eps: 1.5 }),
      ]
    ) {
      assert(Number.isFinite(loss.item()));
      const [gradient] = torch.grad([loss], [student], { retainGraph: true });
      assert(gradient!.isfinite().all().item() === 1);
    }
  }
  // 0 log 0 = 0: the divergence is that of the known classes.
  const p = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(2))];
  const expected = p.reduce((sum, one) => sum + one * (Math.log(one) - Math.log(1 / 4)), 0);
  assertClose(distill.klDivergence(t([[0, 0, 0, 0]]), vote.probabilities), expected);
});

test("votes that cannot be held are refused", () => {
  const refuse = (options: distill.LogitVoteOptions, ...parts: string[]) => {
    const { message } = assertThrows(() => voteLogits(three, options), ArgumentError);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  refuse({ known, partial: "abstain" }, "threshold");
  refuse({ known: [[0, 1], null] }, "3 teachers", "got 2");
  refuse({ known: [[1, 0], null, null] }, "ascending", "1,0");
  refuse({ known: [[0, 4], null, null] }, "0 to 3");
  refuse({ known: [[], null, null] }, "0 to 3");
  refuse({ known, partial: "loud" as never }, '"loud"', '"concatenated"');
  refuse({ known, confidence: "faith" as never }, '"faith"', '"energy"');
  // Whole teachers need no threshold.
  voteLogits([three[2]], { partial: "abstain" });
  const names = ["a", "b", "c"];
  const bad = three.with(1, t([[gone, NaN, 0, gone]]));
  const { message } = assertThrows(() => voteLogits(bad, { known, names }), TrainingError);
  assert(message.includes('teacher "b"') && message.includes("1 of 2"));
});
