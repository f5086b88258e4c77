import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

const { cuda } = torch;
const ignore = !cuda.isAvailable();

test("what one stream makes, another uses after it has waited", () => {
  torch.manualSeed(1);
  const a = torch.rand([512, 512], { dtype: "float64" });
  const there = a.cuda();
  using side = new cuda.Stream();
  using current = cuda.currentStream();
  side.waitStream(current);
  const made = cuda.stream(side, () => {
    let product = there;
    for (let i = 0; i < 20; i++) product = product.matmul(there).div(256);
    return product;
  });
  current.waitStream(side);
  made.recordStream(current);
  let expected = a;
  for (let i = 0; i < 20; i++) expected = expected.matmul(a).div(256);
  assertClose(made.sum().item(), expected.sum().item(), { rtol: 1e-9 });
}, { ignore });

test("memory that a stream still reads goes to no other tensor", () => {
  using side = new cuda.Stream({ priority: -1 });
  using current = cuda.currentStream();
  for (let round = 0; round < 20; round++) {
    torch.scope(() => {
      const source = torch.full([1 << 20], round, { device: "cuda" });
      side.waitStream(current);
      const sum = cuda.stream(side, () => {
        let slow = source.add(0);
        for (let i = 0; i < 20; i++) slow = slow.add(0);
        return slow.add(source).mean();
      });
      source.recordStream(side);
      source.dispose();
      // It would be here.
      torch.full([1 << 20], -1, { device: "cuda" });
      side.synchronize();
      assertEquals(sum.item(), 2 * round);
    });
  }
}, { ignore });

test("events take the time between two points, and tell what is done", () => {
  using start = new cuda.Event({ enableTiming: true });
  using end = new cuda.Event({ enableTiming: true });
  const x = torch.rand([2048, 2048], { device: "cuda" });
  start.record();
  for (let i = 0; i < 50; i++) torch.scope(() => void x.matmul(x));
  end.record();
  end.synchronize();
  assert(end.query());
  const milliseconds = start.elapsedTime(end);
  assert(milliseconds > 0.5 && milliseconds < 60_000, `${milliseconds} ms`);
  using plain = new cuda.Event();
  assertThrows(() => plain.elapsedTime(end), ArgumentError, "enableTiming");
}, { ignore });

test("streams have names of their devices, and the default one is current at first", () => {
  using current = cuda.currentStream();
  using standard = cuda.defaultStream("cuda:0");
  assertEquals([current.device, standard.device], ["cuda:0", "cuda:0"]);
  assert(standard.query() === true || standard.query() === false);
  standard.synchronize();
  assert(current.query());
}, { ignore });
