import { assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import { ApprenticeError, ArgumentError, DeviceError, DTypeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** What every object has without having been given it. */
const inherited = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"] as never[];

test("names that every object inherits are no dtypes, devices or options", () => {
  const x = torch.ones([2], { device });
  const layer = new nn.Linear(2, 2);
  for (const name of inherited) {
    assertThrows(() => x.to(name), DeviceError, name);
    assertThrows(() => x.to({ dtype: name }), DTypeError, name);
    assertThrows(() => x.to({ device: name }), DeviceError, name);
    assertThrows(() => x.to({ memoryFormat: name }), ArgumentError, name);
    assertThrows(() => torch.zeros([2], { dtype: name }), DTypeError, name);
    assertThrows(() => torch.zeros([2], { device: name }), DeviceError, name);
    assertThrows(() => torch.tensor([1], { dtype: name }), DTypeError, name);
    assertThrows(() => torch.isFloatingPoint(name), DTypeError, name);
    assertThrows(() => layer.to(name), ApprenticeError, name);
    assertThrows(() => layer.to({ dtype: name }), DTypeError, name);
    assertThrows(() => nn.functional.mseLoss(x, x, { reduction: name }), ArgumentError, name);
    assertThrows(() => x.contiguous({ memoryFormat: name }), ArgumentError, name);
    assertThrows(() => torch.memory(name), DeviceError, name);
    assertThrows(
      () => data.resizeImages(torch.ones([1, 1, 2, 2]), 4, { interpolation: name }),
      ArgumentError,
      name,
    );
    assertThrows(() => torch.call(name, x), ApprenticeError);
  }
  layer.dispose();
});

test("what is no name at all is a typed error", () => {
  const x = torch.ones([2], { device });
  for (const target of [null, undefined, 5, true, Symbol("s")] as never[]) {
    assertThrows(() => x.to(target), ApprenticeError, "expected");
  }
});
