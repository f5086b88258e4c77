/** What processes that share batches agree on, one of which this is; fails if they do not. `shared_batches_test.ts` starts it. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { methodOf, SmallNet } from "./nets.ts";

torch.setNumThreads(1);
await torch.distributed.withProcessGroup({}, async ({ rank, size }) => {
  const share = { rank, size };
  const pixels = torch.rand([4, 1, 2, 3]);
  const shared = () => new data.UnlabelledBatch(pixels.clone()).asShare(share);
  const whole = () => new data.UnlabelledBatch(pixels.clone());
  /** A teacher that fails in some process. */
  const failing = (name: string, where: number) =>
    teachers.descriptive({
      name,
      featureDim: 3,
      features: (x) => {
        if (rank === where) throw new RangeError("out of order");
        return x.flatten(1).narrow(1, 0, 3);
      },
    });
  const well = teachers.descriptive({ name: "well", featureDim: 6, features: (x) => x.flatten(1) });

  // Who fails in one process teaches in none, in the very step in which it fails.
  for (const batch of [shared(), whole()]) {
    const student = new SmallNet(6, 4, 3);
    const shelf = new teachers.Shelf([failing("failing", 1), well], { onFailure: "leaveOut" });
    const method = new distill.VkD({ student, teachers: shelf });
    const { terms } = method.step(batch);
    assertEquals([...shelf.leftOut.keys()], ["failing"]);
    assertEquals(Object.keys(terms), ["feature"]);
    assertEquals(shelf.leftOut.get("failing")!.includes("process 1"), rank !== 1);
  }
  // Where everybody fails somewhere, nobody is left anywhere.
  const shelf = new teachers.Shelf([failing("first", 0), failing("second", 1)], {
    onFailure: "leaveOut",
  });
  const none = new distill.VkD({ student: new SmallNet(6, 4, 3), teachers: shelf });
  assertThrows(() => none.step(shared()), TrainingError, "No teacher is left to ask");
  assertEquals([...shelf.leftOut.keys()].sort(), ["first", "second"]);

  // A batch is drawn for as a whole, once: each process has the numbers of its images.
  const drawn: torch.Tensor[] = [];
  const Draws = methodOf({ images: "any", teachers: 0 }, (seen, terms) => {
    drawn.push(torch.keep(seen.draws(2)));
    assertEquals(seen.wholeCount, seen.isShared ? size * seen.count : seen.count);
    terms.add("size", 1, () => seen.student.logits.square().mean());
  });
  const draws = new Draws({ student: new SmallNet(6, 4, 3), teachers: [] });
  const labels = torch.tensor([0, 1, 2], { dtype: "int64" });
  const mixed = () =>
    new data.MixedBatch(
      new data.LabelledBatch(pixels.narrow(0, 0, 3).clone(), labels).asShare(share),
      shared(),
    );
  for (const batch of [mixed(), whole()]) {
    // The other processes' generators are elsewhere.
    torch.manualSeed(5 + rank);
    draws.step(batch);
  }
  torch.manualSeed(5);
  const all = torch.rand([2, 7 * size]);
  const [first, second] = [all.narrow(1, 3 * rank, 3), all.narrow(1, 3 * size + 4 * rank, 4)];
  assert(drawn[0].equal(torch.cat([first, second], 1)));
  torch.manualSeed(5);
  assert(drawn[1].equal(torch.rand([2, 4])));

  // All look at all images, or none: one process was stopped.
  const images = new data.UnlabelledImages(
    torch.randint(0, 256, [10, 1, 2, 3], { dtype: "uint8" }),
  );
  const loader = new data.Loader(images, { batchSize: 4 }).share(share);
  const method = new distill.Uniform({
    student: new SmallNet(6, 4, 3),
    teachers: [well],
    alpha1: 0,
    alpha2: 0,
  });
  const signal = rank === 1 ? AbortSignal.abort() : undefined;
  assertEquals(await method.prepare(loader, { signal, progress: false }), false);
  assertThrows(() => method.step(shared()), TrainingError, "were not taken yet");
  assertEquals(await method.prepare(loader, { progress: false }), true);
  const [standardizer] = method.space!.standardizers.standardizers;
  assertEquals(standardizer.stateDict().count.toArray(), [10]);

  // What cannot add up what others have seen is not asked in several processes.
  class Looks extends distill.Method {
    readonly surveyed = false;
    observe(): void {}
    settle(): void {}
    protected override lesson(): void {}
  }
  const looks = new Looks({ student: new SmallNet(6, 4, 3), teachers: [well] });
  await assertRejects(
    () => looks.prepare(loader, { progress: false }),
    ArgumentError,
    "Looks takes statistics of all training images, and has no join(group)",
  );

  // A share of other processes than there are.
  assertThrows(
    () => method.step(new data.UnlabelledBatch(pixels).asShare({ rank, size: size + 1 })),
    ArgumentError,
    `the part of process ${rank} of ${size + 1}, and this is process ${rank} of ${size}`,
  );
});
