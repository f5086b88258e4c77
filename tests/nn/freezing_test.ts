import { assertEquals, assertNotEquals } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import { descriptive } from "../../src/teachers/descriptive.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

class Net extends nn.Module {
  readonly body = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.ReLU(),
    new nn.Dropout(0.5),
  );
  readonly head = new nn.Sequential(new nn.BatchNorm1d(4), new nn.Linear(4, 2));
  override forward(x: torch.Tensor): torch.Tensor {
    return this.head.forward(this.body.forward(x));
  }
}

const buffers = (module: nn.Module) => module.namedBuffers().map(([, b]) => b.toArray());
const modes = (module: nn.Module) => module.modules().map(({ training }) => training);
const values = (module: nn.Module) => module.parameters().map((p) => p.toArray());

function trainStep(net: nn.Module): void {
  using optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
  torch.scope(() => net.forward(torch.randn([8, 3], { device })).pow(2).sum().backward());
  optimizer.step();
  optimizer.zeroGrad();
}

test("a frozen part keeps its weights and statistics, is the same function, and the rest trains", () => {
  using net = new Net().to(device);
  trainStep(net);
  net.body.freeze();
  const [statistics, weights, head] = [buffers(net.body), values(net.body), buffers(net.head)];
  const x = torch.randn([8, 3], { device });
  const before = net.body.forward(x);
  for (let i = 0; i < 3; i++) {
    net.train();
    trainStep(net);
    net.eval();
  }
  net.train();
  assertEquals([buffers(net.body), values(net.body)], [statistics, weights]);
  assertNotEquals(buffers(net.head), head);
  assertClose(net.body.forward(x), before);
  assertEquals([net.training, net.head.training, net.body.training], [true, true, false]);
  assertEquals([net.frozen, net.body.frozen, net.body.at(1).frozen], [false, true, true]);
});

test("unfreeze puts every module back into the mode that it was last told", () => {
  using net = new Net().to(device);
  net.body.at(3).eval();
  net.freeze();
  net.freeze();
  assertEquals(new Set(modes(net)), new Set([false]));
  net.unfreeze();
  assertEquals(modes(net), net.modules().map((module) => module !== net.body.at(3)));
  assertEquals(net.parameters().every(({ requiresGrad }) => requiresGrad), true);
  net.freeze().eval();
  net.unfreeze();
  assertEquals(new Set(modes(net)), new Set([false]));
  net.freeze().train();
  assertEquals(new Set(modes(net)), new Set([false]));
  net.requiresGrad_();
  assertEquals([new Set(modes(net)), net.frozen], [new Set([true]), false]);
  const before = buffers(net);
  net.forward(torch.randn([8, 3], { device }));
  assertNotEquals(buffers(net), before);
});

test("a part of what is frozen can be trained", () => {
  using net = new Net().to(device);
  net.freeze();
  net.head.unfreeze();
  net.train();
  assertEquals([net.training, net.body.training, net.head.training], [false, false, true]);
  const [body, head] = [buffers(net.body), buffers(net.head)];
  trainStep(net);
  assertEquals(buffers(net.body), body);
  assertNotEquals(buffers(net.head), head);
});

test("batch norms without trained parameters hold their statistics in training, dropout goes on", () => {
  using net = new Net().to(device);
  trainStep(net);
  net.requiresGrad_(false);
  const before = buffers(net);
  const x = torch.randn([8, 3], { device });
  const outputs = [0, 1].map(() => net.forward(x).toArray());
  assertEquals([net.training, net.body.training, buffers(net)], [true, true, before]);
  assertNotEquals(outputs[0], outputs[1]);
  // What is in evaluation mode, and what is held, normalize alike.
  using norm = new nn.BatchNorm1d(3).to(device);
  norm.forward(torch.randn([8, 3], { device }).mul(3).add(1));
  const evaluated = norm.eval().forward(x);
  assertClose(norm.train().requiresGrad_(false).forward(x), evaluated);
});

test("a state dict neither tells nor changes what is frozen", () => {
  using frozen = new Net().to(device);
  frozen.freeze();
  using free = new Net().to(device);
  assertEquals(Object.keys(frozen.stateDict()), Object.keys(free.stateDict()));
  free.loadStateDict(frozen.stateDict());
  assertEquals([free.frozen, free.training], [false, true]);
  frozen.loadStateDict(free.stateDict());
  assertEquals([frozen.frozen, frozen.parameters()[0].requiresGrad], [true, false]);
});

test("a frozen backbone has neither moving statistics nor stochastic depth", () => {
  using model = models.create("wrn_28_2", { numClasses: 3, dropPath: 0.9 }).to(device);
  model.freeze();
  model.head.unfreeze();
  model.train();
  const x = torch.randn([2, 3, 8, 8], { device });
  const before = buffers(model);
  const [a, b] = [0, 1].map(() => model.forward(x));
  assertClose(a, b);
  assertEquals([a.requiresGrad, buffers(model)], [true, before]);
});

test("a model that becomes a teacher is frozen, whoever calls train() on what holds it", () => {
  using model = new models.SmallCnn({ numClasses: 3 }).to(device);
  using teacher = descriptive({ name: "one", model });
  assertEquals(model.frozen, true);
  using both = new nn.ModuleList([model]);
  both.train();
  assertEquals(new Set(modes(model)), new Set([false]));
  assertEquals(teacher.run(torch.zeros([2, 1, 8, 8], { device })).features.requiresGrad, false);
});
