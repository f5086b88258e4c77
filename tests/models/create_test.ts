import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { create, type CreateOptions, entry, list } from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const FIRST = "conv1.weight";
const HEAD = "fc.weight";

/** A file of weights of resnet20, and the weights. */
function published(): { path: string; state: Record<string, torch.Tensor> } & Disposable {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  const model = create("resnet20");
  torch.saveSafetensors(path, model.stateDict());
  return {
    path,
    state: model.stateDict(),
    [Symbol.dispose]() {
      model.dispose();
      Deno.removeSync(path);
    },
  };
}

function sameValues(a: torch.Tensor, b: torch.Tensor): boolean {
  return torch.scope(() => a.shape.join() === b.shape.join() && a.eq(b).all().item() === 1);
}

/** Which of the first convolution and the head a model took from the file. */
function taken(options: CreateOptions, { state }: ReturnType<typeof published>): boolean[] {
  using model = create("resnet20", options);
  const own = model.stateDict();
  return [FIRST, HEAD].map((key) => own[key] !== undefined && sameValues(own[key], state[key]));
}

test("a file's head is loaded where it fits, and stays fresh where the number of classes is another", () => {
  using file = published();
  const weights = file.path;
  assertEquals(taken({ weights }, file), [true, true]);
  assertEquals(taken({ weights, numClasses: 10 }, file), [true, true]);
  assertEquals(taken({ weights, numClasses: 65 }, file), [true, false]);
  assertEquals(taken({ weights, numClasses: 0 }, file), [true, false]);
  assertEquals(taken({ weights, head: "fresh" }, file), [true, false]);
  assertThrows(
    () => create("resnet20", { weights, numClasses: 65, head: "load" }),
    ShapeError,
    "fc.weight is [10, 64], must be [65, 64]",
  );
});

test("a head that stays fresh is initialized, not whatever lay in memory", () => {
  using file = published();
  torch.manualSeed(3);
  using fresh = create("resnet20", { weights: file.path, numClasses: 65 });
  const bound = 1 / Math.sqrt(64);
  const largest = fresh.stateDict()[HEAD].abs().max().item() as number;
  assert(largest > 0.9 * bound && largest <= bound, `${largest}`);
  torch.manualSeed(4);
  using other = create("resnet20", { weights: file.path, numClasses: 65 });
  assertNotEquals(fresh.stateDict()[HEAD].toArray(), other.stateDict()[HEAD].toArray());
});

test("a model that shares the mapped file computes the same", () => {
  using file = published();
  using copied = create("resnet20", { weights: file.path });
  using shared = create("resnet20", { weights: file.path, assign: true });
  const images = torch.randn([2, 3, 32, 32]);
  torch.noGrad(() =>
    assertEquals(
      shared.eval().forward(images).toArray(),
      copied.eval().forward(images).toArray(),
    )
  );
});

test("names are found by a pattern, and a wrong one is told its nearest", () => {
  assertEquals(list("repvgg_a*"), ["repvgg_a0", "repvgg_a1", "repvgg_a2"]);
  assertEquals(list("nix*"), []);
  assertEquals(list("a.*"), []);
  assertThrows(() => create("resnet19"), ArgumentError, "resnet18");
  assertThrows(() => create("resnet18", { numClasses: -1 }), ArgumentError, "-1");
});

test("every entry says what its weights expect of an image", () => {
  for (const name of list()) {
    const known = entry(name);
    assertEquals(known.name, name);
    assert(known.inputSize >= 28 && known.inputSize <= 1024, name);
    assert(known.cropFraction > 0.5 && known.cropFraction <= 1, name);
    assert(known.mean.every((value) => value >= 0 && value < 1), name);
    assert(known.std.every((value) => value > 0 && value <= 1), name);
    assert(known.featureDim >= 32, name);
    assert(known.source !== "" && /\d{4}/.test(known.paper), name);
  }
});
