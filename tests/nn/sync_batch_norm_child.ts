/**
 * Normalizes over several processes, of which this is one, and compares with one process that has all images. Fails if they
 * differ. `sync_batch_norm_test.ts` starts it.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose } from "../helpers.ts";

const { allReduce } = torch.distributed;
const exact = { rtol: 1e-12, atol: 1e-12 };

/** A layer that has seen something already, the same in all processes. */
function seasoned<N extends nn.BatchNorm2d | nn.BatchNorm1d | nn.BatchNorm3d>(norm: N): N {
  torch.noGrad(() => {
    for (const part of norm.parameters()) part.copy_(torch.rand(part.shape).add(0.5));
    norm.runningMean?.normal_();
    norm.runningVar?.uniform_(0.5, 2);
  });
  return norm;
}

/** A copy of a layer, made by `make`. */
function copyOf<M extends nn.Module>(layer: nn.Module, make: () => M): M {
  const copy = make().to(layer.parameters()[0]?.dtype ?? "float32");
  copy.loadStateDict(layer.stateDict());
  return copy;
}

function assertSameState(actual: nn.Module, expected: nn.Module, tolerance = exact): void {
  const state = expected.stateDict();
  assertEquals(Object.keys(actual.stateDict()), Object.keys(state));
  for (const [key, value] of Object.entries(actual.stateDict())) {
    assertClose(value, state[key], tolerance);
  }
}

torch.setNumThreads(1);
await torch.distributed.withProcessGroup({}, (group) => {
  const { rank, size } = group;
  /** The rows of this process, of which it has `rows`, and those before it have as many. */
  const part = (all: torch.Tensor, rows: number, from = rank * rows) => all.narrow(0, from, rows);

  /** Compares one step of a layer over all processes with one of a plain layer. */
  function compare(
    joint: nn.Module,
    plain: nn.Module,
    all: torch.Tensor,
    { rows, from = rank * rows }: { rows: number; from?: number },
    run: (input: torch.Tensor) => torch.Tensor = (input) => joint.forward(input),
    tolerance = exact,
  ): void {
    const weights = torch.randn(all.shape, { dtype: all.dtype });
    const whole = all.clone();
    whole.requiresGrad = true;
    const expected = plain.forward(whole);
    expected.mul(weights).sum().backward();
    const own = part(all, rows, from).clone();
    own.requiresGrad = true;
    const made = run(own);
    made.mul(part(weights, rows, from)).sum().backward();
    assertClose(made, part(expected, rows, from), tolerance);
    assertClose(own.grad!, part(whole.grad!, rows, from), tolerance);
    const wanted = plain.parameters();
    joint.parameters().forEach(({ grad }, i) =>
      assertClose(allReduce(grad!.clone()), wanted[i].grad!, tolerance)
    );
    assertSameState(joint, plain, tolerance);
  }

  torch.scope(() => {
    torch.manualSeed(1);
    const kinds = [
      [nn.BatchNorm1d, [4 * size, 3]],
      [nn.BatchNorm1d, [2 * size, 3, 5]],
      [nn.BatchNorm2d, [2 * size, 3, 4, 2]],
      [nn.BatchNorm3d, [size, 3, 2, 2, 2]],
    ] as const;
    const kept = [{}, { momentum: null }, { affine: false }, { bias: false }, {
      trackRunningStats: false,
    }];
    for (const [kind, shape] of kinds) {
      for (const options of kept) {
        const plain = seasoned(new kind(3, options)).to("float64");
        const sync = nn.SyncBatchNorm.convertSyncBatchnorm(
          copyOf(plain, () => new kind(3, options)),
        );
        const shared = copyOf(plain, () => new kind(3, options));
        const given = new nn.SyncBatchNorm(3, { ...options, processGroup: group });
        const ranked = copyOf(plain, () => given);
        for (const joint of [sync, shared, ranked]) joint.to("float64");
        for (let step = 0; step < 2; step++) {
          // Off 0: squares less squares would lose digits.
          const all = torch.randn(shape, { dtype: "float64" }).add(30);
          const rows = shape[0] / size;
          const before = Object.fromEntries(
            Object.entries(plain.stateDict()).map(([key, value]) => [key, value.clone()]),
          );
          const joints: [nn.Module, (input: torch.Tensor) => torch.Tensor][] = [
            [sync, (input) => sync.forward(input)],
            [ranked, (input) => ranked.forward(input)],
            // Any batch norm, of a batch that the processes share.
            [shared, (input) => nn.withSharers(group, () => shared.forward(input))],
          ];
          for (const [joint, run] of joints) {
            plain.loadStateDict(before);
            plain.zeroGrad();
            joint.zeroGrad();
            compare(joint, plain, all, { rows }, run);
          }
        }
      }
    }
  });

  torch.scope(() => {
    // Not all have as many images; the last one has none.
    torch.manualSeed(2);
    const rows = rank === size - 1 ? 0 : rank + 2;
    const from = rank * (rank + 3) / 2;
    const count = (size - 1) * (size + 2) / 2;
    const plain = seasoned(new nn.BatchNorm2d(2)).to("float64");
    const sync = copyOf(plain, () => new nn.SyncBatchNorm(2));
    const all = torch.randn([count, 2, 3, 3], { dtype: "float64" });
    compare(sync, plain, all, { rows, from });
  });

  torch.scope(() => {
    // A whole batch is each process's own, and so is what is not in training.
    torch.manualSeed(3);
    const own = torch.randn([4, 2, 3, 3]).add(rank);
    const plain = seasoned(new nn.BatchNorm2d(2));
    const sync = copyOf(plain, () => new nn.SyncBatchNorm(2));
    const locally = nn.withSharers(null, () => sync.forward(own));
    assert(locally.equal(plain.forward(own)));
    assertSameState(sync, plain);
    nn.withSharers(
      null,
      () => nn.withSharers(group, () => assert(!sync.forward(own).equal(locally))),
    );
    sync.loadStateDict(plain.stateDict());
    assert(sync.eval().forward(own).equal(plain.eval().forward(own)));
    assert(nn.withSharers(group, () => sync.forward(own)).equal(plain.forward(own)));
    // Outside of shared batches a plain layer knows nothing of other processes.
    assert(plain.train().forward(own).equal(locally));
  });

  torch.scope(() => {
    // One value each: too few for one process, enough for several.
    torch.manualSeed(4);
    const all = torch.randn([size, 3]);
    const sync = new nn.SyncBatchNorm(3);
    assertClose(
      sync.forward(part(all, 1)),
      part(new nn.BatchNorm1d(3).forward(all), 1),
    );
    assertThrows(() => new nn.BatchNorm1d(3).forward(part(all, 1)), ShapeError);
    assertThrows(() => nn.withSharers(null, () => sync.forward(part(all, 1))), ShapeError);
  });

  torch.scope(() => {
    // Float32, far from 0, as exact as float32 is.
    torch.manualSeed(5);
    const all = torch.randn([2 * size, 2, 8, 8]).add(1000);
    const plain = seasoned(new nn.BatchNorm2d(2));
    const sync = copyOf(plain, () => new nn.SyncBatchNorm(2));
    const double = copyOf(plain, () => new nn.BatchNorm2d(2)).to("float64");
    const made = sync.forward(part(all, 2));
    assertClose(
      made.to("float64"),
      part(double.forward(all.to("float64")), 2),
      { rtol: 0, atol: 5e-4 },
    );
    assertClose(sync.runningVar!.to("float64"), double.runningVar!, { rtol: 1e-5 });
  });

  torch.scope(() => {
    // Half precision: statistics are float32's, and so are the layer's own.
    for (const dtype of ["bfloat16", "float16"] as const) {
      torch.manualSeed(6);
      const all = torch.randn([2 * size, 2, 8, 8]).add(3).to(dtype);
      const plain = seasoned(new nn.BatchNorm2d(2));
      const sync = copyOf(plain, () => new nn.SyncBatchNorm(2));
      const own = part(all, 2).clone();
      own.requiresGrad = true;
      const made = torch.autocast(() => sync.forward(own), { dtype: "bfloat16" });
      assertEquals([made.dtype, sync.runningMean!.dtype], [dtype, "float32"]);
      const expected = plain.forward(all.to("float32"));
      assertClose(made.to("float32"), part(expected, 2), { rtol: 1e-2, atol: 2e-2 });
      assertSameState(sync, plain, { rtol: 1e-5, atol: 1e-6 });
      made.sum().backward();
      assertEquals([own.grad!.dtype, sync.weight!.grad!.dtype], [dtype, "float32"]);
    }
  });

  torch.scope(() => {
    // Running statistics of instance norms are means over images.
    torch.manualSeed(7);
    const all = torch.randn([2 * size, 3, 4, 4], { dtype: "float64" });
    const make = () => new nn.InstanceNorm2d(3, { affine: true, trackRunningStats: true });
    const plain = make().to("float64");
    const shared = copyOf(plain, make);
    compare(
      shared,
      plain,
      all,
      { rows: 2 },
      (input) => nn.withSharers(group, () => shared.forward(input)),
    );
  });
});
