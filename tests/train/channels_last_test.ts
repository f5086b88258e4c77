/** Networks whose weights and images lie channels-last: the same numbers as in the usual order. */

import { assert, assertEquals } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { assertClose, device, test } from "../helpers.ts";

const view: data.View = { size: [12, 12], mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };

function network(memoryFormat: "contiguous" | "channelsLast", widths: number[], seed: number) {
  torch.manualSeed(seed);
  const made = new models.SmallResNet({ channels: 3, numClasses: 3, widths, blocks: 1 });
  made.view = view;
  return made.to({ device, memoryFormat });
}

/** Whether images (B, C, H, W) lie with their channels next to each other. */
const isChannelsLast = ({ strides }: torch.Tensor) => strides[1] === 1 && strides[3] > 1;

async function train(
  memoryFormat: "contiguous" | "channelsLast",
  dtype: "float32" | "float64",
): Promise<number[][]> {
  const student = network(memoryFormat, [4, 6], 1).to(dtype);
  const large = network(memoryFormat, [6, 8], 2).to(dtype);
  torch.manualSeed(3);
  const images = torch.keep(torch.rand([12, 3, 12, 12], { dtype, device }));
  // As they are: views make float32.
  student.view = large.view = null;
  const teacher = teachers.predictive({ name: "large", model: large });
  const method = new distill.KD({ student, teachers: [teacher] });
  const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-3 });
  const batches = {
    length: 3,
    *epoch() {
      for (let i = 0; i < 3; i++) {
        const pixels = torch.keep(torch.scope(() => images.narrow(0, 4 * i, 4).clone()));
        yield new data.UnlabelledBatch(pixels, torch.keep(torch.arange(4)));
      }
    },
  };
  await fit({ method, optimizer, batches, epochs: 2, progress: false });
  const values = torch.scope(() =>
    Object.values(student.stateDict()).map((one) =>
      Array.from(one.double().flatten().cpu().data() as Float64Array)
    )
  );
  for (const one of [optimizer, method, student, large, images]) one.dispose();
  return values;
}

for (const [dtype, tolerance] of [["float32", 1e-5], ["float64", 1e-12]] as const) {
  test(`${dtype}: training in either order gives the same weights`, async () => {
    const [usual, last] = [await train("contiguous", dtype), await train("channelsLast", dtype)];
    assertClose(last, usual, { rtol: tolerance, atol: tolerance });
  });
}

test("a student that lies channels-last sees images that do, whatever their view; others see them as ever", () => {
  for (const memoryFormat of ["channelsLast", "contiguous"] as const) {
    const student = network(memoryFormat, [4, 6], 1);
    assertEquals(student.memoryFormat, memoryFormat);
    const seen: boolean[] = [];
    const features = student.features.bind(student);
    student.features = (images) => {
      seen.push(isChannelsLast(images));
      return features(images);
    };
    const large = network(memoryFormat, [6], 2);
    const look = large.features.bind(large);
    large.features = (images) => {
      seen.push(isChannelsLast(images));
      return look(images);
    };
    const method = new distill.KD({
      student,
      teachers: [teachers.predictive({ name: "large", model: large })],
    });
    const pixels = torch.randint(0, 256, [2, 3, 16, 16], { device }).to("uint8");
    method.step(new data.UnlabelledBatch(pixels));
    assert(seen.length >= 2);
    for (const one of seen) assertEquals(one, memoryFormat === "channelsLast");
    for (const one of [method, student, large]) one.dispose();
  }
});

test("a recipe's networks lie channels-last where a card computes in half precision, or as it says", async () => {
  const { memoryFormatOf } = await import("../../src/runs/memory_format.ts");
  const of = (device: string, autocast: string | null, memoryFormat: string | null) =>
    memoryFormatOf({ device, autocast, memoryFormat } as never);
  assertEquals(of("cuda", "bfloat16", null), "channelsLast");
  assertEquals(of("cuda:1", null, null), "contiguous");
  assertEquals(of("cpu", "bfloat16", null), "contiguous");
  assertEquals(of("cuda", "bfloat16", "contiguous"), "contiguous");
  assertEquals(of("cpu", null, "channelsLast"), "channelsLast");
});
