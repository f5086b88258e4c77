/** The loss of OFA and its branches. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import { stageBranches } from "../../src/distill/branches/stage_branches.ts";
import type { TokenBranch } from "../../src/distill/branches/token_branch.ts";
import * as models from "../../src/models/mod.ts";
import type * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { classesOf, freeAll, gradientError, SmallNet } from "./nets.ts";

const { ofaLoss } = distill;
const t = (values: number[][]) => torch.tensor(values, { device });

test("the loss by hand", () => {
  // The student predicts 1/2, 1/4, 1/4.
  const student = t([[Math.log(2), 0, 0]]);
  const teachers = t([[0.5, 0.3, 0.2]]);
  const log = [Math.log(0.5), Math.log(0.25), Math.log(0.25)];
  const soft = -(0.5 * log[0] + 0.3 * log[1] + 0.2 * log[2]);
  // At 1 the target is taken off as it was added.
  for (const c of [0, 1, 2]) assertClose(ofaLoss(student, teachers, classesOf([c])), soft);
  const enhanced = -((1.3 ** 2 - 1) * log[1] + 0.5 ** 2 * log[0] + 0.2 ** 2 * log[2]);
  assertClose(ofaLoss(student, teachers, classesOf([1]), { eps: 2 }), enhanced);
  // Both images count the same; the temperature multiplies nothing.
  const both = ofaLoss(
    t([[Math.log(2), 0, 0], [0, 0, 0]]),
    teachers.repeat([2, 1]),
    classesOf([1, 1]),
    {
      eps: 2,
    },
  );
  const uniform = Math.log(3) * (1.3 ** 2 - 1 + 0.5 ** 2 + 0.2 ** 2);
  assertClose(both, (enhanced + uniform) / 2);
  assertClose(ofaLoss(student.mul(3), teachers, classesOf([1]), { temperature: 3 }), soft);
});

test("its gradients are those of finite differences, huge logits give numbers", () => {
  torch.manualSeed(4);
  const student = torch.randn([5, 4], { dtype: "float64", device }).requiresGrad_();
  const predicted = torch.randn([5, 4], { dtype: "float64", device }).softmax(1);
  const target = classesOf([0, 3, 1, 1, 2]);
  for (const eps of [0.5, 1, 1.5]) {
    const loss = () => ofaLoss(student, predicted, target, { eps, temperature: 2 });
    assert(gradientError(student, loss) < 1e-6, `${eps}`);
  }
  const huge = t([[1e5, -1e5, 0]]).requiresGrad_();
  const loss = ofaLoss(huge, t([[0, 1, 0]]), classesOf([1]), { eps: 1.5 });
  loss.backward();
  assert(Number.isFinite(loss.item()) && huge.grad!.isfinite().all().item() === 1);
  huge.grad = null;
});

test("a loss of what does not fit is refused", () => {
  const [z, p, c] = [t([[1, 2, 3]]), t([[0.2, 0.3, 0.5]]), classesOf([0])];
  assertThrows(() => ofaLoss(z, t([[0.5, 0.5]]), c), ShapeError, "[1, 2]");
  assertThrows(() => ofaLoss(z, p, classesOf([0, 1])), ShapeError, "[1]");
  assertThrows(() => ofaLoss(z, p, c, { eps: -1 }), ArgumentError, "eps");
  assertThrows(() => ofaLoss(z, p, c, { temperature: 0 }), ArgumentError, "temperature");
});

/** The branches of a student, and what they make of its stages; all have gradients. */
function branchesOn(student: models.Backbone, size: number, channels = 1): nn.Module[] {
  student.view ??= {
    size: [size, size],
    mean: Array(channels).fill(0.5),
    std: Array(channels).fill(0.5),
  };
  student.to(device);
  const places = student.stageDims.map((_, i) => i);
  const branches = stageBranches(student, { places, shape: null, width: 10 });
  const { stages } = student.forwardStages(torch.rand([3, channels, size, size], { device }));
  const logits = branches.map((branch, i) => branch.to(device).forward(stages[i]));
  assertEquals(logits.map(({ shape }) => shape), places.map(() => [3, student.numClasses]));
  logits.reduce((sum, z) => sum.add(z.square().sum()), torch.zeros([], { device })).backward();
  for (const module of [student, ...branches]) {
    for (const [name, { grad }] of module.namedParameters()) {
      // What comes after the last stage is no branch's.
      assert(grad !== null || module === student && /^(head|fc|norm)/.test(name), name);
    }
    module.zeroGrad();
  }
  return branches;
}

const names = (module: nn.Module): string[] =>
  module.modules().map((part) => part.constructor.name);

test("convolutional students have convolutions: as many halvings as stages are left", () => {
  const cnn = new models.SmallCnn({ numClasses: 4, widths: [4, 6, 8] }); // 28, 14, 7
  const resnet = new models.SmallResNet({ numClasses: 4, widths: [4, 8] });
  const deep = models.create("resnet18", { numClasses: 4 }) as models.Backbone; // 8, 4, 2, 1
  const halvings = (branches: nn.Module[]) =>
    branches.map((branch) => names(branch).filter((name) => name === "BatchNorm2d").length / 2);
  const all = [branchesOn(cnn, 28), branchesOn(resnet, 9), branchesOn(deep, 32, 3)];
  assertEquals(all.map(halvings), [[2, 1, 0], [1, 0], [3, 2, 1, 0]]);
  const [first] = all[0];
  const shapes = first.parameters().filter(({ shape }) => shape.length === 4).map((p) => p.shape);
  // Depthwise and pointwise, twice a block: 4, 4, then 8; 8, 8, then 10.
  assertEquals(shapes.map(([out]) => out), [4, 4, 4, 8, 8, 8, 8, 10]);
  freeAll(cnn, resnet, deep, ...all.flat());
});

test("students of tokens have transformer blocks, on grids of at least 7x7 where there are that many", () => {
  const vit = new models.SmallVit({ numClasses: 4, dim: 8, depth: 4, heads: 2, patchSize: 2 });
  const small = new models.SmallVit({ numClasses: 4, dim: 8, depth: 2, heads: 2 });
  const mixer = new models.SmallMixer({ numClasses: 4, dim: 6, depth: 1 });
  // 27x27 is odd: padded, and merged once.
  const odd = new models.SmallVit({
    numClasses: 4,
    dim: 5,
    depth: 1,
    heads: 1,
    imageSize: 27,
    patchSize: 1,
  });
  // Swin's and Hiera's maps of 8, 4 are nowhere merged, and the first is widened from 8 to 16.
  const stages = { numClasses: 4, dim: 8, depths: [1, 1] };
  const swin = new models.Swin({ ...stages, heads: [1, 2], window: 4 });
  const hiera = new models.Hiera({ ...stages, heads: 1, imageSize: 32 });
  const all = [
    branchesOn(vit, 28),
    branchesOn(small, 28),
    branchesOn(mixer, 28),
    branchesOn(odd, 27),
    branchesOn(swin, 32, 3),
    branchesOn(hiera, 32, 3),
  ];
  const built = all.map((branches) =>
    branches.map((branch) => {
      const { merges, widen, blocks } = branch as TokenBranch;
      return [merges.length, widen !== null, [...blocks].length];
    })
  );
  assertEquals(built, [
    [[1, false, 3], [1, false, 2], [1, false, 1], [1, false, 1]],
    [[0, false, 1], [0, false, 1]],
    [[0, false, 1]],
    [[1, false, 1]],
    [[0, true, 1], [0, false, 1]],
    [[0, true, 1], [0, false, 1]],
  ]);
  freeAll(vit, small, mixer, odd, swin, hiera, ...all.flat());
});

test("looking at the grid leaves the student as it was", () => {
  const student = new models.SmallVit({ numClasses: 4, dim: 8, depth: 1, heads: 2 }).to(device);
  student.view = { size: [28, 28], mean: [0.5], std: [0.5] };
  student.blocks.eval();
  const modes = () => student.modules().map(({ training }) => training);
  const before = modes();
  torch.manualSeed(3);
  const branches = stageBranches(student, { places: [], shape: null, width: 3 });
  assertEquals([branches.length, modes()], [0, before]);
  freeAll(...stageBranches(student, { places: [0], shape: null, width: 3 }));
  assertEquals(modes(), before);
  student.dispose();
});

test("OFA refuses students and options that do not fit", () => {
  const master = new SmallNet(784, 5, 4);
  const list = [teachers.predictive({ name: "master", model: master })];
  const cnn = new models.SmallCnn({ numClasses: 4, widths: [4, 6] }).to(device);
  const vit = new models.SmallVit({ numClasses: 4, dim: 8, depth: 1, heads: 2 }).to(device);
  const mlp = new models.Mlp({ inputs: 784, numClasses: 4 }).to(device);
  // deno-lint-ignore no-explicit-any
  const make = (student: nn.Classifier, options: any = {}) => () =>
    new distill.OFA({ student, teachers: list, ...options });
  assertThrows(make(mlp), ArgumentError, "stages");
  assertThrows(make(vit), ArgumentError, "student.view");
  assertThrows(make(cnn, { stages: [3] }), ArgumentError, "1 to 2");
  assertThrows(make(cnn, { stages: [2, 1] }), ArgumentError, "in order");
  assertThrows(make(cnn, { stages: [] }), ArgumentError, "got []");
  assertThrows(make(cnn, { eps: [1, 1] }), ArgumentError, "makes 3; got 2");
  assertThrows(make(cnn, { eps: "1" }), ArgumentError, "eps");
  assertThrows(make(cnn, { branch: 0, logit: 0, labelled: 0 }), ArgumentError, "Nothing is learnt");
  const some = make(cnn, { stages: [2], eps: [1.5, 1] })();
  assertEquals(some.branches.length, 1);
  // A student of tokens may have convolutions, for which nobody has to know the grid.
  const conv = make(vit, { branchShape: "conv" })();
  assert(names(conv.branches).includes("Conv2d"));
  freeAll(some, conv, master, cnn, vit, mlp);
});
