/** What becomes of feature elements on which as many teachers are positive as negative. */

import { assertEquals } from "@std/assert";
import * as distill from "../../src/distill/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { freeAll, SmallNet, unlabelled } from "./nets.ts";

/** The feature loss of two teachers, whose features go through encoders that change nothing. */
function setUp(options: Partial<distill.UniformOptions>, values: number[][]) {
  torch.manualSeed(2);
  const student = new SmallNet(6, 4, 3).to(device);
  const list = values.map((row, i) =>
    teachers.descriptive({
      name: `${i}`,
      featureDim: 4,
      features: (x) => torch.tensor(row, { device }).expand([x.size(0), 4]),
    })
  );
  const method = new distill.Uniform({
    student,
    teachers: list,
    alpha1: 0,
    alpha2: 0,
    standardize: "none",
    studentProjection: null,
    ...options,
  });
  torch.noGrad(() => {
    const [weight, bias] = method.space!.encoders.parameters();
    weight.copy_(torch.eye(4, { device }));
    bias.zero_();
  });
  return { student, method };
}

test("UNIFORM's target of balanced elements is the mean by default, 0 if asked for", () => {
  const values = [[2, -4, 3, -1], [4, 2, -1, -3]];
  for (
    const [options, target] of [
      [{}, [3, -1, 1, -2]],
      [{ featureTies: "mean" as const }, [3, -1, 1, -2]],
      [{ featureTies: "zero" as const }, [3, 0, 0, -2]],
    ] as const
  ) {
    const { student, method } = setUp(options, values);
    const x = torch.randn([5, 6], { device });
    const { terms } = method.step(unlabelled(x));
    const features = student.features(x).detach();
    const expected = features.sub(torch.tensor(target, { device })).pow(2).mean();
    assertClose(terms.feature, expected);
    assertEquals(method.votes().ties, 0.5);
    freeAll(method, student);
  }
});

test("three teachers that differ from 0 have no ties", () => {
  const { student, method } = setUp({}, [[2, -4, 3, -1], [4, 2, -1, -3], [1, 1, 1, 1]]);
  method.step(unlabelled(torch.randn([5, 6], { device })));
  assertEquals(method.votes().ties, 0);
  freeAll(method, student);
});
