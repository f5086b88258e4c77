/** The losses of decoupled distillation: by hand, against plain distillation, by finite differences, at the edges. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { classesOf, gradientError } from "./nets.ts";

const { dkdLoss, klDivergence, otherClassesLoss, targetClassLoss } = distill;

const t = (values: number[][], dtype: torch.DType = "float32") =>
  torch.tensor(values, { dtype, device });
const kl = (p: number[], q: number[]) =>
  p.reduce((sum, x, i) => sum + (x === 0 ? 0 : x * Math.log(x / q[i])), 0);

test("both parts by hand", () => {
  // The student predicts 1/2, 1/4, 1/4 for the first image, thirds for the second.
  const student = t([[Math.log(2), 0, 0], [0, 0, 0]]);
  const teachers = t([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]]);
  const target = classesOf([0, 1]);
  const tckd = (kl([0.7, 0.3], [0.5, 0.5]) + kl([0.6, 0.4], [1 / 3, 2 / 3])) / 2;
  const nckd = (kl([2 / 3, 1 / 3], [0.5, 0.5]) + kl([0.25, 0.75], [0.5, 0.5])) / 2;
  assertClose(targetClassLoss(student, teachers, target), tckd);
  assertClose(otherClassesLoss(student, teachers, target), nckd);
  const options = { alpha: 2, beta: 3, temperature: 1 };
  assertClose(dkdLoss(student, teachers, target, options), 2 * tckd + 3 * nckd);
  // At T = 2 the student's logits are halved.
  const root = Math.SQRT2;
  const own = [root, 1, 1].map((x) => x / (root + 2));
  assertClose(
    targetClassLoss(student.narrow(0, 0, 1), teachers.narrow(0, 0, 1), classesOf([0]), {
      temperature: 2,
    }),
    4 * kl([0.7, 0.3], [own[0], own[1] + own[2]]),
  );
});

test("plain distillation is TCKD + (1 - p̂_t) · NCKD, image by image", () => {
  torch.manualSeed(3);
  const student = torch.randn([1, 6], { dtype: "float64", device });
  const teachers = torch.randn([1, 6], { dtype: "float64", device }).softmax(1);
  for (let c = 0; c < 6; c++) {
    const target = classesOf([c]);
    const rest = teachers.select(1, c).rsub(1).item();
    for (const temperature of [1, 3]) {
      const options = { temperature };
      assertClose(
        targetClassLoss(student, teachers, target, options)
          .add(otherClassesLoss(student, teachers, target, options).mul(rest)),
        klDivergence(student, teachers, options),
      );
    }
  }
});

test("gradients are those of finite differences", () => {
  torch.manualSeed(4);
  const student = torch.randn([5, 4], { dtype: "float64", device }).requiresGrad_();
  const teachers = torch.randn([5, 4], { dtype: "float64", device }).mul(2).softmax(1);
  const target = classesOf([0, 3, 1, 1, 2]);
  for (const loss of [targetClassLoss, otherClassesLoss, dkdLoss]) {
    const value = () => loss(student, teachers, target, { temperature: 2 });
    assert(gradientError(student, value) < 1e-6, loss.name);
  }
});

test("sure teachers and huge logits give numbers, and gradients too", () => {
  const target = classesOf([0, 0, 1]);
  // One-hot on the target, one-hot elsewhere, and all but nothing for the others.
  const teachers = t([[1, 0, 0], [0, 0, 1], [1e-38, 1, 0]]);
  const student = t([[1e4, -1e4, 0], [1e4, 0, -1e4], [-1e4, 1e4, 1e4]]).requiresGrad_();
  const loss = dkdLoss(student, teachers, target);
  assert(Number.isFinite(loss.item()));
  loss.backward();
  assertEquals(student.grad!.isfinite().all().item(), 1);
  student.grad = null;
  // Where all others have 0 there is nothing to learn among them.
  const first = [student.narrow(0, 0, 1), teachers.narrow(0, 0, 1), classesOf([0])] as const;
  assertEquals(otherClassesLoss(...first).item(), 0);
});

test("two classes have no others to tell apart", () => {
  const student = t([[1, -2], [0.5, 3]]);
  const teachers = t([[0.9, 0.1], [0.4, 0.6]]);
  assertEquals(otherClassesLoss(student, teachers, classesOf([0, 0])).item(), 0);
  assertClose(
    targetClassLoss(student, teachers, classesOf([0, 0])),
    klDivergence(student, teachers),
  );
});

test("what does not fit is refused", () => {
  const [z, p, c] = [t([[1, 2, 3]]), t([[0.2, 0.3, 0.5]]), classesOf([0])];
  assertThrows(() => dkdLoss(z, t([[0.5, 0.5]]), c), ShapeError, "[1, 2]");
  assertThrows(() => dkdLoss(z, p, classesOf([0, 1])), ShapeError, "[1]");
  assertThrows(() => dkdLoss(t([[1]]), t([[1]]), c), ShapeError, "only one");
  assertThrows(() => dkdLoss(z, p, c, { alpha: -1 }), ArgumentError, "alpha");
  assertThrows(() => dkdLoss(z, p, c, { beta: NaN }), ArgumentError, "beta");
  assertThrows(() => targetClassLoss(z, p, c, { temperature: 0 }), ArgumentError, "temperature");
});
