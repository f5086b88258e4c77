/** The agglomerative method on maps: places of the student's against the teachers' patches. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { predict, shades, withMaps } from "./agglomerative.ts";
import {
  assertAutocasts,
  freeAll,
  gradientError,
  onOneThread,
  SmallNet,
  unlabelled,
} from "./nets.ts";

type Options = Partial<distill.AgglomerativeOptions>;

test("patches are matched where teacher and student have a map", () => {
  const { student, master, flat, list, x } = withMaps();
  const make = (options: Options) =>
    new distill.Agglomerative({
      student,
      teachers: list,
      standardize: "running",
      dropping: 0,
      kd: 0,
      ...options,
    });
  const method = make({ patches: 3 });
  assertEquals(method.needs.patches, true);
  const { terms } = method.step(unlabelled(x));
  const { stages, features } = student.forwardStages(x);
  const aim = master.forwardStages(x);
  const standardized = (rows: torch.Tensor) => {
    const [variance, mean] = rows.varMean(0, { correction: 0 });
    return rows.sub(mean).div(variance.add(1e-5).sqrt());
  };
  const rows = (map: torch.Tensor) => map.permute([0, 2, 3, 1]).reshape([-1, map.size(1)]);
  const pooled = distill.matchLoss(predict(method, "cnn", features), standardized(aim.features))
    .mean();
  const [grid] = aim.stages.slice(-1);
  const [, , height, width] = grid.shape;
  assertNotEquals(stages.at(-1)!.shape.slice(2), [height, width]);
  const resized = nn.functional.interpolate(stages.at(-1)!, {
    size: [height, width],
    mode: "bilinear",
    antialias: true,
  });
  const head = method.patchHeads!.heads;
  const places = distill.matchLoss(head.predictFor("cnn", rows(resized)), standardized(rows(grid)));
  assertClose(terms["teachers.cnn.distance"], pooled.add(places.mean(), { alpha: 3 }).div(4));
  const alone = distill.matchLoss(
    predict(method, "flat", features),
    standardized(flat.features(x)),
  );
  assertClose(terms["teachers.flat.distance"], alone.mean());
  // Maps are not asked for where they do not count, or where the student has none.
  const without = make({});
  assertEquals([without.patchHeads, without.needs.patches], [null, undefined]);
  const mlp = new SmallNet(64, 5, 3);
  const flatStudent = make({ student: mlp, patches: 1 });
  assertEquals(flatStudent.patchHeads, null);
  freeAll(method, without, flatStudent, mlp, student, master, flat);
});

test("patches are standardized by all training images too, and their heads get gradients", async () => {
  const { student, master, flat, list, x } = withMaps();
  const dataset = shades(6, 8, 8);
  const pixels = dataset.unlabelled({ seed: 1 });
  const method = new distill.Agglomerative({ student, teachers: list, patches: 1 });
  await method.prepare(new data.Loader(pixels, { batchSize: 4, device }), { progress: false });
  torch.scope(() => {
    const all = dataset.images.to(device).to("float32").div(255);
    const map = master.forwardStages(all).stages.at(-1)!;
    const [variance, mean] = map.permute([0, 2, 3, 1]).reshape([-1, 7]).varMean(0, {
      correction: 0,
    });
    const one = method.patchHeads!.standardizerOf("cnn").standardizers.at(0) as unknown as {
      mean: torch.Tensor;
      scale: torch.Tensor;
    };
    assertClose(one.mean.flatten(), mean);
    const least = variance.mean().mul(1e-6); // a channel of this network is always 0
    assertClose(one.scale.flatten(), variance.maximum(least).rsqrt(), { rtol: 1e-4 });
    method.step(unlabelled(x)).loss.backward();
    for (const [name, p] of method.namedParameters()) assert(p.grad !== null, name);
    method.zeroGrad();
  });
  freeAll(method, pixels, dataset, student, master, flat);
});

test("gradients through resized maps agree with finite differences", () => {
  const { student, master, flat, list, x } = withMaps();
  const options = { student, teachers: list, standardize: "batch", patches: 2 } as const;
  const method = new distill.Agglomerative(options);
  method.to("float64").eval();
  for (const model of [master, flat]) model.to("float64");
  const batch = unlabelled(x.to("float64"));
  const loss = () => method.step(batch).loss;
  onOneThread(() => {
    for (const [name, parameter] of method.patchHeads!.namedParameters()) {
      const error = gradientError(parameter, loss);
      assert(error < 1e-6, `${name}: ${error}`);
    }
  });
  freeAll(method, student, master, flat);
});

test("under autocast losses are float32, close to those without, and gradients flow", () => {
  const { student, master, flat, list, x } = withMaps();
  const options = { student, teachers: list, standardize: "batch", patches: 1 } as const;
  const method = new distill.Agglomerative({ ...options, dropping: 0 });
  assertAutocasts(method, unlabelled(x));
  freeAll(method, student, master, flat);
});
