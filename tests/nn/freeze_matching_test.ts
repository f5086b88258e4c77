import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const student = () => models.create("resnet20", { numClasses: 3 }).to(device);
const plain = (model: nn.Module) =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.toArray()]));
const trained = (model: nn.Module) =>
  model.namedParameters().filter(([, p]) => p.requiresGrad).map(([name]) => name);
const modes = (model: nn.Module) =>
  model.namedModules().filter(([, { training }]) => training).map(([name]) => name);

function step(model: nn.Module): void {
  using optimizer = new optim.SGD(model.parameters().filter((p) => p.requiresGrad), { lr: 0.1 });
  torch.scope(() => model.forward(torch.randn([4, 3, 8, 8], { device })).pow(2).sum().backward());
  optimizer.step();
  optimizer.zeroGrad();
}

test("frozen parts keep weights and statistics while the rest is trained", () => {
  using model = student();
  const frozen = nn.freezeMatching(model, ["conv1", "bn1", /^layer[12]\./]);
  assertEquals(frozen.names.length, 42);
  const before = plain(model);
  model.train();
  step(model);
  const after = plain(model);
  const changed = Object.keys(after).filter((name) =>
    JSON.stringify(after[name]) !== JSON.stringify(before[name])
  );
  assert(changed.every((name) => /^(layer3|fc)\b/.test(name)), changed.join(" "));
  assert(changed.includes("layer3.0.bn1.running_mean"));
  assertEquals([model.training, modes(model).includes("layer1.0.bn1")], [true, false]);
});

test("what was frozen is trained again, and in the mode that was last asked for", () => {
  using model = student();
  const [names, before] = [trained(model), modes(model)];
  const frozen = nn.freezeMatching(model, "layer*");
  assertEquals(trained(model), ["conv1.weight", "bn1.weight", "bn1.bias", "fc.weight", "fc.bias"]);
  frozen.undo();
  assertEquals([trained(model), modes(model)], [names, before]);
  // Also where it was told to evaluate meanwhile.
  const again = nn.freezeMatching(model, "layer1.*");
  model.eval();
  again.undo();
  assertEquals([trained(model), modes(model)], [names, []]);
});

test("what was frozen before by other means stays so", () => {
  using model = student();
  const layer = model.namedModules().find(([name]) => name === "layer2.1")![1];
  const norm = model.namedModules().find(([name]) => name === "layer2.0.bn1")![1];
  layer.freeze();
  norm.requiresGrad_(false);
  const [names, before] = [trained(model), modes(model)];
  const frozen = nn.freezeMatching(model, ["layer2"]);
  assertEquals(trained(model).some((name) => name.startsWith("layer2")), false);
  frozen.undo();
  assertEquals([trained(model), modes(model)], [names, before]);
  assertEquals([layer.frozen, norm.frozen, norm.training], [true, false, true]);
  // A norm without trained parameters holds its statistics still.
  const statistics = norm.namedBuffers().map(([, b]) => b.toArray());
  step(model);
  assertEquals(norm.namedBuffers().map(([, b]) => b.toArray()), statistics);
});

test("single parameters, modules without parameters, and lists within lists are found by name", () => {
  using model = new nn.Sequential(
    new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.BatchNorm1d(4, { affine: false }),
      new nn.Dropout(),
    ),
    new nn.Linear(4, 2),
  ).to(device);
  const part = nn.freezeMatching(model, "1.bias");
  assertEquals([part.names, modes(model)], [["1.bias"], ["", "0", "0.0", "0.1", "0.2", "1"]]);
  part.undo();
  const inner = nn.freezeMatching(model, "0.*");
  assertEquals(inner.names, ["0.0.weight", "0.0.bias"]);
  assertEquals(modes(model), ["", "1"]);
  inner.undo();
  const dropout = nn.freezeMatching(model, [/^0\.2$/g]);
  assertEquals([dropout.names, modes(model)], [[], ["", "0", "0.0", "0.1", "1"]]);
  dropout.undo();
  assertEquals(modes(model).length, 6);
  assertEquals(nn.freezeMatching(model, []).names, []);
});

test("a pattern that matches nothing names the nearest, and nothing is frozen", () => {
  using model = student();
  const count = trained(model).length;
  const freeze = (...patterns: (string | RegExp)[]) => () => nn.freezeMatching(model, patterns);
  assertThrows(freeze("fc", "layer4.*"), ArgumentError, '"layer');
  assertThrows(freeze(/^features\.0/), ArgumentError, "matches no parameter and no module");
  assertThrows(freeze("conv"), ArgumentError, '"conv1"');
  assertThrows(freeze(3 as unknown as string), ArgumentError, "got number");
  assertThrows(
    () => nn.freezeMatching({} as nn.Module, "a"),
    ArgumentError,
    "takes a module, got object",
  );
  assertEquals(trained(model).length, count);
});
