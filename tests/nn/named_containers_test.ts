import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

test("a ModuleDict has modules by name, in the order given", () => {
  using heads = new nn.ModuleDict([["b", new nn.Linear(2, 1)], ["10", new nn.ReLU()]]);
  heads.set("2", new nn.Linear(1, 1, { bias: false }));
  assertEquals([...heads.keys()], ["b", "10", "2"]);
  assertEquals([heads.size, heads.has("b"), heads.has("c")], [3, true, false]);
  assertEquals(Object.keys(heads.stateDict()), ["b.weight", "b.bias", "2.weight"]);
  assertEquals([...heads].map(([name]) => name), [...heads.keys()]);
  assertEquals([...heads.values()], heads.children());
  assertStrictEquals(heads.get("b"), [...heads.entries()][0][1]);
  assertEquals(heads.eval().get("2").training, false);
  assertEquals(String(new nn.ModuleDict({ a: new nn.ReLU6() })), "ModuleDict(\n  (a): ReLU6()\n)");
});

test("a ModuleDict refuses what is no module, and names that are taken or not there", () => {
  using heads = new nn.ModuleDict({ a: new nn.ReLU() });
  assertThrows(() => heads.get("b"), ArgumentError, `has no "b"; it has a`);
  assertThrows(() => heads.set("a", new nn.ReLU()), ArgumentError, `"a" is taken`);
  assertThrows(() => heads.set("a.b", new nn.ReLU()), ArgumentError, "no dots");
  assertThrows(() => heads.set("x", 3 as never), ArgumentError, "must be a module");
  assertThrows(() => heads.forward(), ArgumentError, "call its modules");
  assertThrows(() => new nn.ModuleDict(3 as never), ArgumentError, "an object or pairs");
  assertThrows(() => new nn.ModuleDict(["ab"] as never), ArgumentError, "pairs of a name");
  assertEquals(heads.size, 1);
});

test("a ParameterList trains its tensors, which outlive scopes", () => {
  using list = torch.scope(() => new nn.ParameterList([torch.ones([2]), torch.zeros([3])]));
  list.append(torch.ones([1]));
  assertEquals([list.length, list.numParameters()], [3, 6]);
  assertEquals(Object.keys(list.stateDict()), ["0", "1", "2"]);
  assertStrictEquals(list.at(-1), list.parameters()[2]);
  assertEquals([...list].every((tensor) => tensor.requiresGrad), true);
  assertThrows(() => list.at(3), ArgumentError, "no parameter at 3");
  assertThrows(() => list.append(torch.zeros([1], { dtype: "int64" })), DTypeError, `"3"`);
  assertEquals(list.length, 3);
  assertThrows(() => list.forward(), ArgumentError, "use its parameters");
  assertEquals(String(list), "ParameterList(3)");
});

test("a ParameterDict sorts an object's names, as PyTorch does, and keeps the order of pairs", () => {
  using sorted = new nn.ParameterDict({ b: torch.ones([2]), a: torch.ones([1]) });
  using pairs = new nn.ParameterDict([["b", torch.ones([2])], ["a", torch.ones([1])]]);
  assertEquals(Object.keys(sorted.stateDict()), ["a", "b"]);
  assertEquals([...pairs.keys()], ["b", "a"]);
  assertEquals([pairs.size, pairs.has("a"), pairs.has("c")], [2, true, false]);
  assertStrictEquals(pairs.get("a"), [...pairs.values()][1]);
  assertEquals([...pairs].length, [...pairs.entries()].length);
  assertThrows(() => pairs.get("c"), ArgumentError, `has no "c"; it has b, a`);
  assertThrows(() => pairs.set("a", torch.ones([1])), ArgumentError, "taken");
  assertThrows(() => pairs.forward(), ArgumentError, "use its parameters");
  assertEquals(String(sorted), "ParameterDict(a, b)");
});

test("convertSyncBatchnorm keeps weights, statistics, modes and every reference", () => {
  class Own extends nn.BatchNorm2d {}
  class Net extends nn.Module {
    readonly #norm: nn.Module;
    readonly norm = new nn.BatchNorm2d(2, { momentum: null });
    readonly own = new Own(2);
    readonly rest = [new nn.BatchNorm1d(2), new nn.InstanceNorm2d(2, { affine: true })];
    constructor() {
      super();
      this.#norm = this.norm;
    }
    override forward(x: torch.Tensor): torch.Tensor {
      return this.#norm.forward(x);
    }
  }
  using net = new Net();
  const x = torch.randn([3, 2, 2, 2]);
  net.forward(x);
  const before = net.stateDict();
  const parameters = net.parameters();
  net.norm.freeze();
  const expected = net.forward(x);
  assertStrictEquals(nn.SyncBatchNorm.convertSyncBatchnorm(net), net);
  assert(net.norm instanceof nn.SyncBatchNorm);
  assert(net.rest[0] instanceof nn.SyncBatchNorm);
  assert(!((net.own as nn.Module) instanceof nn.SyncBatchNorm));
  assert(!(net.rest[1] instanceof nn.SyncBatchNorm));
  assertEquals([net.norm.frozen, net.norm.momentum, net.norm.training], [true, null, false]);
  assertEquals(net.forward(x).equal(expected), true);
  assertEquals(net.parameters(), parameters);
  assertEquals(Object.entries(net.stateDict()).every(([key, t]) => t === before[key]), true);
  assertEquals(String(net.norm), "SyncBatchNorm(2)");
  // A batch norm of images now takes any number of sides.
  assertEquals(net.norm.forward(torch.randn([3, 2])).shape, [3, 2]);
  using alone = nn.SyncBatchNorm.convertSyncBatchnorm(new nn.BatchNorm3d(4));
  assert((alone as nn.Module) instanceof nn.SyncBatchNorm);
  assertThrows(
    () => nn.SyncBatchNorm.convertSyncBatchnorm(null as never),
    ArgumentError,
    "takes a module, got null",
  );
});
