import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

class Knot extends nn.Module {
  readonly linear = new nn.Linear(2, 2);
  next: nn.Module | null = null;
  list: nn.Module[] = [];
  override forward(x: Tensor): Tensor {
    return this.linear.forward(x);
  }
}

/** Every way in which a module is walked. */
const walks: Record<string, (module: nn.Module) => unknown> = {
  namedModules: (module) => module.namedModules(),
  modules: (module) => module.modules(),
  parameters: (module) => module.parameters(),
  namedBuffers: (module) => module.namedBuffers(),
  numParameters: (module) => module.numParameters(),
  stateDict: (module) => module.stateDict(),
  loadStateDict: (module) => module.loadStateDict({}),
  train: (module) => module.train(),
  eval: (module) => module.eval(),
  to: (module) => module.to("float64"),
  requiresGrad_: (module) => module.requiresGrad_(false),
  freeze: (module) => module.freeze(),
  zeroGrad: (module) => module.zeroGrad(),
  text: (module) => String(module),
  summary: (module) => models.summary(module, { inputShape: [1, 2] }),
};

function assertAllRefuse(module: nn.Module): void {
  for (const [name, run] of Object.entries(walks)) {
    const error = assertThrows(() => run(module), ArgumentError, "contains itself", name);
    assertStringIncludes(error.message, "#private");
  }
}

test("a module that contains itself, directly, in a list or through a child, is refused by all walks", () => {
  using direct = new Knot();
  direct.next = direct;
  assertAllRefuse(direct);

  using listed = new Knot();
  listed.list = [new nn.ReLU(), listed];
  assertAllRefuse(listed);

  using outer = new Knot();
  const inner = new Knot();
  outer.next = inner;
  inner.next = outer;
  assertAllRefuse(outer);
  assertAllRefuse(inner);
  const error = assertThrows(() => outer.parameters(), ArgumentError);
  assertStringIncludes(error.message, 'it is found again as "next.next"');
});

test("a module that contains itself can still be freed", () => {
  const before = torch.memory().tensors;
  const knot = new Knot();
  knot.next = knot;
  knot.dispose();
  assertEquals(torch.memory().tensors, before);
});

test("a module cannot be registered in itself, nor in what it contains", () => {
  using outer = new nn.Sequential(new nn.Linear(2, 2));
  assertThrows(() => outer.append(outer), ArgumentError, "contains itself");
  const inner = new nn.Sequential();
  outer.append(inner);
  assertThrows(() => inner.append(outer), ArgumentError, "contains itself");
  assertThrows(() => inner.registerModule("x", outer), ArgumentError, 'as "x"');
  assertThrows(() => inner.registerModule("x", 3 as never), ArgumentError, "must be a module");
  assertEquals([outer.length, inner.length], [2, 0]);
});

test("shared modules stay what they were: one part with several names", () => {
  const shared = new nn.Sequential(new nn.Linear(2, 2));
  using model = new nn.Sequential(shared, new nn.Sequential(shared), shared);
  assertEquals(model.parameters().length, 2);
  assertEquals(Object.keys(model.stateDict()), [
    "0.0.weight",
    "0.0.bias",
    "1.0.0.weight",
    "1.0.0.bias",
    "2.0.weight",
    "2.0.bias",
  ]);
  model.eval();
  assertEquals(model.toString().split("Linear").length - 1, 3);
});

test("modules too deep in one another are an error and not a stack overflow", () => {
  let module: Knot = new Knot();
  for (let i = 0; i < 5000; i++) {
    const above = new Knot();
    above.next = module;
    module = above;
  }
  for (const [name, run] of Object.entries(walks)) {
    assertThrows(() => run(module), ArgumentError, "more than 1000 deep", name);
  }
  module.dispose();
});

test("a classifier without a head says so", () => {
  class Headless extends models.Backbone {
    override readonly head = undefined as unknown as nn.Module;
    readonly featureDim = 3;
    readonly numClasses = 0;
    readonly stageDims = [3];
    readonly stageReductions: number[] = [];
    override forwardStages(images: Tensor): models.StagedFeatures {
      return { stages: [images], features: images.mean([2, 3]) };
    }
  }
  using model = new Headless();
  const images = torch.zeros([2, 3, 4, 4]);
  assertEquals(model.features(images).shape, [2, 3]);
  assertThrows(() => model.forward(images), ArgumentError, "This Headless has no head");
  using none = models.create("resnet20", { numClasses: 0 });
  assertEquals(none.forward(torch.zeros([1, 3, 32, 32])).shape, [1, 64]);
});
