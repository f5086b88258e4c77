import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { averageFeatures, voteFeatures, voteLogits } from "../../src/distill/mod.ts";
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ShapeError,
  TrainingError,
} from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const t = (values: torch.NestedArray, dtype: torch.DType = "float32") =>
  torch.tensor(values, { dtype, device });

/** Features voting written down number by number, as the equations have it. */
function voteByHand(
  features: number[][],
  weights: number[],
  ties: "zero" | "mean",
): { consensus: number[]; target: number[]; agreement: number[] } {
  const consensus = features[0].map((_, d) =>
    Math.sign(features.reduce((sum, f) => sum + Math.sign(f[d]), 0))
  );
  const target = consensus.map((s, d) => {
    if (s === 0 && ties === "zero") return 0;
    let sum = 0;
    let weight = 0;
    features.forEach((f, i) => {
      if (s !== 0 && Math.sign(f[d]) !== s) return;
      sum += weights[i] * f[d];
      weight += weights[i];
    });
    return weight === 0 ? 0 : sum / weight;
  });
  const agreement = features.map((f) =>
    f.filter((value, d) => Math.sign(value) === consensus[d]).length / f.length
  );
  return { consensus, target, agreement };
}

test("features: signs are voted on, dissenters dropped, the rest averaged", () => {
  const vote = voteFeatures([t([[2, -1, 0, 5]]), t([[4, -3, 1, -5]]), t([[-9, 5, 0, 0]])]);
  assertEquals(vote.consensus.toArray(), [[1, -1, 1, 0]]);
  assertEquals(vote.target.toArray(), [[3, -2, 1, 0]]);
  assertEquals(vote.agreement.toArray(), [0.5, 0.75, 0.25]);
});

test("features: weights weigh the average, not the votes", () => {
  const vote = voteFeatures([t([[2, -1]]), t([[6, -3]]), t([[-9, 5]])], { weights: [3, 1, 100] });
  assertEquals(vote.consensus.toArray(), [[1, -1]]);
  assertEquals(vote.target.toArray(), [[3, -1.5]]);
  // Only teachers of weight 0 are left over: nothing to average.
  const none = voteFeatures([t([[2]]), t([[4]]), t([[-9]])], { weights: [0, 0, 1] });
  assertClose(none.target, [[0]]);
});

test("features: a tie has the target 0, or the mean of all", () => {
  const features = [t([[2, 1, 0]]), t([[-4, 3, 0]])];
  assertEquals(voteFeatures(features).target.toArray(), [[0, 2, 0]]);
  const mean = voteFeatures(features, { ties: "mean" });
  assertEquals(mean.target.toArray(), [[-1, 2, 0]]);
  assertEquals(mean.consensus.toArray(), [[0, 1, 0]]);
  assertClose(mean.agreement, [2 / 3, 2 / 3]);
});

test("features: who agrees has a share of the gradient, also of a tie that is averaged; an exact 0 has none", () => {
  const features = [[[1, 0, -3]], [[-1, 2, 4]], [[0, 3, -5]]].map((values) => {
    const all = t(values);
    all.requiresGrad = true;
    return all;
  });
  for (const [ties, shares] of [["mean", [1 / 3, 1 / 3, 0]], ["zero", [0, 0, 0]]] as const) {
    const { target } = voteFeatures(features, { ties });
    assertClose(target, [[0, 2.5, -4]]);
    target.sum().backward();
    assertClose(torch.cat(features.map((one) => one.grad!)), [
      [shares[0], 0, 0.5],
      [shares[1], 0.5, 0],
      [shares[2], 0.5, 0.5],
    ]);
    for (const one of features) one.grad = null;
  }
});

test("features: equal to the equations written down by hand, over random votes", () => {
  torch.manualSeed(1);
  for (const ties of ["zero", "mean"] as const) {
    for (const n of [1, 2, 3, 4, 7]) {
      const all = Array.from({ length: n }, () => torch.randn([1, 50]).round({ decimals: 1 }));
      const weights = Array.from({ length: n }, (_, i) => 0.5 + i);
      const byHand = voteByHand(
        all.map((f) => (f.toArray() as number[][])[0]),
        weights,
        ties,
      );
      const vote = voteFeatures(all.map((f) => f.to(device)), { weights, ties });
      assertClose(vote.consensus, [byHand.consensus]);
      assertClose(vote.target, [byHand.target]);
      assertClose(vote.agreement, byHand.agreement);
    }
  }
});

test("features: the order of teachers does not matter", () => {
  torch.manualSeed(2);
  const all = Array.from({ length: 5 }, () => torch.randn([4, 8], { device }));
  const one = voteFeatures(all);
  const other = voteFeatures([3, 1, 4, 0, 2].map((i) => all[i]));
  assertEquals(one.consensus.toArray(), other.consensus.toArray());
  assertClose(one.target, other.target);
});

test("features: the size of a teacher's features has no part in the consensus", () => {
  torch.manualSeed(3);
  const all = Array.from({ length: 5 }, () => torch.randn([4, 8], { device }));
  const scaled = all.map((f, i) => f.mul(10 ** (i - 2)));
  assertEquals(
    voteFeatures(all).consensus.toArray(),
    voteFeatures(scaled).consensus.toArray(),
  );
});

test("features: of one teacher, or of teachers of one opinion, the target is theirs", () => {
  torch.manualSeed(4);
  const f = torch.randn([4, 8], { device });
  assertEquals(voteFeatures([f]).target.toArray(), f.toArray());
  const same = voteFeatures([f, f, f, f, f], { weights: [1, 2, 3, 4, 5] });
  assertClose(same.target, f);
  assertEquals(same.agreement.toArray(), [1, 1, 1, 1, 1]);
});

test("features: gradients are those of the masked mean, exact zeros included", () => {
  torch.manualSeed(5);
  const values = Array.from({ length: 4 }, () => torch.randn([3, 6], { device }));
  values[0].select(1, 0).fill_(0);
  const weights = [1, 2, 0.5, 3];
  for (const ties of ["zero", "mean"] as const) {
    const ours = values.map((f) => f.clone().requiresGrad_());
    const plain = values.map((f) => f.clone().requiresGrad_());
    const outer = torch.randn([3, 6], { device });
    const { target, consensus } = voteFeatures(ours, { weights, ties });
    target.mul(outer).sum().backward();

    const masks = plain.map((f) =>
      f.detach().sgn().eq(consensus).logicalAnd(consensus.ne(0)).logicalOr(
        ties === "mean" ? consensus.eq(0) : torch.zerosLike(consensus, { dtype: "bool" }),
      ).to("float32")
    );
    const num = plain.map((f, i) => f.mul(masks[i]).mul(weights[i])).reduce((a, b) => a.add(b));
    const den = masks.map((m, i) => m.mul(weights[i])).reduce((a, b) => a.add(b)).clampMin(1e-9);
    const expected = num.div(den);
    assertClose(target, expected);
    expected.mul(outer).sum().backward();
    ours.forEach((f, i) => assertClose(f.grad!, plain[i].grad!));
  }
});

test("features: half precision is voted on in float32, float64 in float64", () => {
  const values = [[[2, -1, 0]], [[4, -3, 1]], [[-9, 5, -6]]];
  for (const dtype of ["float16", "bfloat16", "float64"] as const) {
    const { target } = voteFeatures(values.map((f) => t(f, dtype)));
    assertEquals(target.dtype, dtype === "float64" ? "float64" : "float32");
    assertEquals(target.toArray(), [[3, -2, 0]]);
  }
});

for (const requiresGrad of [false, true]) {
  const grads = requiresGrad ? "with gradients" : "without gradients";
  test(`features: memory does not grow with the number of teachers, ${grads}`, () => {
    const [batch, width] = [64, 512];
    const block = batch * width * 4;
    const peak = (n: number, of: (all: torch.Tensor[]) => unknown): number =>
      torch.scope(() => {
        const all = Array.from(
          { length: n },
          () => torch.randn([batch, width], { device, requiresGrad }),
        );
        torch.resetPeakMemory(device);
        const before = torch.memory(device).bytes;
        of(all);
        return (torch.memory(device).peakBytes - before) / block;
      });
    peak(4, voteFeatures); // whatever the first call sets up
    // A number of each teacher's takes 512 bytes of a GPU.
    const more = device === "cpu" ? 0.25 : 1;
    const [few, many] = [4, 64].map((n) => peak(n, voteFeatures));
    assert(many < few + more, `${few} blocks of B×D for 4 teachers, ${many} for 64`);
    const [mean4, mean64] = [4, 64].map((n) => peak(n, averageFeatures));
    assert(mean64 < mean4 + more, `${mean4} blocks of B×D for 4 teachers, ${mean64} for 64`);
    const [votes4, votes64] = [4, 64].map((n) => peak(n, voteLogits));
    assert(votes64 < votes4 + more, `${votes4} blocks of B×C for 4 teachers, ${votes64} for 64`);
  });
}

test("features: without a vote all are averaged", () => {
  const features = [t([[2, -1]]), t([[4, 5]])];
  assertEquals(averageFeatures(features).toArray(), [[3, 2]]);
  assertEquals(averageFeatures(features, { weights: [3, 1] }).toArray(), [[2.5, 0.5]]);
});

test("logits: each teacher has one vote", () => {
  const vote = voteLogits([t([[3, 1, 0]]), t([[2, 0, 1]]), t([[0, 0, 9]])]);
  assertEquals(vote.pseudoClass.dtype, "int64");
  assertEquals(vote.pseudoClass.toArray(), [0]);
  assertClose(vote.votes, [[2 / 3, 0, 1 / 3]]);
  assertClose(vote.margin, [1 / 3]);
  assertEquals(vote.agreement.toArray(), [1, 1, 0]);
  const softmax = (z: number[]) => {
    const e = z.map(Math.exp);
    return e.map((v) => v / e.reduce((a, b) => a + b));
  };
  const all = [[3, 1, 0], [2, 0, 1], [0, 0, 9]].map(softmax);
  assertClose(vote.probabilities, [[0, 1, 2].map((c) => (all[0][c] + all[1][c] + all[2][c]) / 3)]);
});

test("logits: of classes with equally many votes the likelier one wins, or the first", () => {
  const logits = [t([[1, 0, 0]]), t([[0, 0, 5]])];
  assertEquals(voteLogits(logits).pseudoClass.toArray(), [2]);
  assertEquals(voteLogits(logits, { ties: "first" }).pseudoClass.toArray(), [0]);
  assertEquals(voteLogits(logits).margin.toArray(), [0]);
  // The class without votes is likelier than either, and does not win.
  const between = [t([[5, 4.9, 0]]), t([[0, 4.9, 5]]), t([[5, 4.9, 0]]), t([[0, 4.9, 5.1]])];
  assertEquals(voteLogits(between).pseudoClass.toArray(), [2]);
});

test("logits: the mean prediction is of probabilities or of logits, at a temperature", () => {
  const logits = [t([[2, 0]]), t([[-4, 0]])];
  const two = (z: number) => [1 / (1 + Math.exp(-z)), 1 / (1 + Math.exp(z))];
  const mean = (a: number[], b: number[]) => a.map((v, i) => (v + b[i]) / 2);
  assertClose(voteLogits(logits).probabilities, [mean(two(2), two(-4))]);
  assertClose(
    voteLogits(logits, { temperature: 2 }).probabilities,
    [mean(two(1), two(-2))],
  );
  assertClose(voteLogits(logits, { average: "logits" }).probabilities, [two(-1)]);
  assertClose(
    voteLogits(logits, { average: "logits", temperature: 2 }).probabilities,
    [two(-0.5)],
  );
});

test("logits: rows sum to 1, and the order of teachers does not matter", () => {
  torch.manualSeed(6);
  const all = Array.from({ length: 6 }, () => torch.randn([32, 10], { device }));
  const vote = voteLogits(all);
  assertClose(vote.votes.sum(1), new Array(32).fill(1));
  assertClose(vote.probabilities.sum(1), new Array(32).fill(1));
  const other = voteLogits([5, 3, 1, 0, 2, 4].map((i) => all[i]));
  assertEquals(vote.pseudoClass.toArray(), other.pseudoClass.toArray());
  assertEquals(vote.votes.toArray(), other.votes.toArray());
  assertClose(vote.margin, other.margin);
});

test("logits: one class, one teacher and one image are fine", () => {
  const vote = voteLogits([t([[0.5]])]);
  assertEquals(vote.pseudoClass.toArray(), [0]);
  assertEquals(vote.margin.toArray(), [1]);
});

test("logits: no gradient reaches a teacher", () => {
  const logits = t([[1, 2]]).requiresGrad_();
  assertEquals(voteLogits([logits]).probabilities.requiresGrad, false);
});

test("bad input is refused by name and values", () => {
  const f = t([[1, 2]]);
  const refuse = (body: () => unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(body, type);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  for (const vote of [voteFeatures, voteLogits, averageFeatures]) {
    refuse(() => vote([]), ArgumentError, "No teacher's");
    // deno-lint-ignore no-explicit-any
    refuse(() => vote(undefined as any), ArgumentError, "No teacher's");
    // deno-lint-ignore no-explicit-any
    refuse(() => vote([[1, 2]] as any), ArgumentError, "teacher 0", "object");
    refuse(() => vote([f, t([[1, 2, 3]])]), ShapeError, "[1, 3]", "[1, 2]", "teacher 1");
    refuse(() => vote([f, t([[1, 2], [3, 4]])]), ShapeError, "[2, 2]", "teacher 1");
    refuse(() => vote([f, t([1, 2])]), ShapeError, "[2]", "teacher 1");
    refuse(() => vote([torch.zeros([0, 3], { device })]), ShapeError, "[0, 3]");
    refuse(() => vote([t([[1, 2]], "int64")]), DTypeError, "int64");
    refuse(() => vote([f, t([[1, 2]], "float64")]), DTypeError, "float64", "float32");
    const names = ["a", "b"];
    refuse(() => vote([f, t([[1, 2, 3]])], { names }), ShapeError, 'teacher "b"');
    refuse(() => vote([f, t([[NaN, 2]])], { names }), TrainingError, "1 of 2", 'teacher "b"');
    const gone = t([[1, 2]]);
    gone.dispose();
    assertThrows(() => vote([f, gone]), DisposedError);
  }
  refuse(() => voteFeatures([f, t([[Infinity, 2]])]), TrainingError, "teacher 1");
  for (const weights of [[1], [1, -1], [0, 0], [1, NaN], [1, Infinity]]) {
    refuse(() => voteFeatures([f, f], { weights }), ArgumentError, "eight");
    refuse(() => averageFeatures([f, f], { weights }), ArgumentError, "eight");
  }
  // deno-lint-ignore no-explicit-any
  refuse(() => voteFeatures([f], { ties: "coin" as any }), ArgumentError, '"coin"', '"mean"');
  // deno-lint-ignore no-explicit-any
  refuse(() => voteLogits([f], { ties: "coin" as any }), ArgumentError, '"coin"');
  // deno-lint-ignore no-explicit-any
  refuse(() => voteLogits([f], { average: "median" as any }), ArgumentError, '"median"');
  for (const temperature of [0, -1, NaN]) {
    refuse(() => voteLogits([f], { temperature }), ArgumentError, `${temperature}`);
  }
  assertAlmostEquals(voteFeatures([f]).target.sum().item(), 3);
});
