/** What scales gradients on a card, against what does so with the processor's knowledge: the same numbers. */

import { assertEquals } from "@std/assert";
import { CardScaler } from "../../src/optim/card_scaler.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const factors = [1, 0.5, Infinity, 2, NaN, -1, 3, Infinity, 1, 1, 0.25];
const scaling = { initScale: 8, growthInterval: 2, growthFactor: 4 };

type Make = (params: torch.Tensor[]) => Optimizer;

const optimizers: Record<string, Make> = {
  "AdamW": (params) => new optim.AdamW(params, { lr: 0.1 }) as unknown as Optimizer,
  "Adam with amsgrad": (params) =>
    new optim.Adam(params, { lr: 0.1, amsgrad: true }) as unknown as Optimizer,
  "SGD": (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }) as unknown as Optimizer,
};

for (const [name, make] of Object.entries(optimizers)) {
  test(`${name}: weights, averages, scale and steps are those of GradScaler, overflows included`, () => {
    const run = (onCard: boolean) => {
      const params = [torch.tensor([1, -2], { device }), torch.tensor([0.5], { device })];
      for (const param of params) param.requiresGrad_();
      using optimizer = make(params);
      using card = new CardScaler(device, scaling);
      const scaler = new optim.GradScaler(scaling);
      const averages = params.map((param) => param.detach().clone());
      for (const factor of factors) {
        torch.scope(() => {
          const loss = params[0].pow(2).sum().add(params[1].mul(factor).sum());
          (onCard ? card.scale(loss) : scaler.scale(loss)).backward();
        });
        if (onCard) {
          card.unscale(params);
          optimizer.step({ foundInf: card.foundInf });
          card.update();
        } else {
          scaler.step(optimizer);
          scaler.update();
        }
        optimizer.zeroGrad();
      }
      const { scalars } = optimizer.stateDict();
      const tensors = optimizer.stateDict().tensors;
      const state = onCard ? card.stateDict() : scaler.stateDict();
      return {
        state,
        steps: Object.entries(scalars).filter(([key]) => key.endsWith(".step")),
        values: [...params, ...averages, ...Object.values(tensors)].map((one) => one.toArray()),
      };
    };
    const [expected, actual] = [run(false), run(true)];
    assertEquals(actual.state, expected.state);
    // SGD counts nothing.
    assertEquals(actual.steps, expected.steps);
    assertClose(actual.values as number[][], expected.values as number[][]);
  });
}

test("steps counted on the device go on where those of the processor were, and the other way round", () => {
  const run = (plan: boolean[]) => {
    const param = torch.tensor([1, -2], { device }).requiresGrad_();
    using optimizer = new optim.AdamW([param], { lr: 0.1 });
    const never = torch.zeros([], { device });
    for (const onDevice of plan) {
      torch.scope(() => param.pow(2).sum().backward());
      optimizer.step(onDevice ? { foundInf: never } : undefined);
      optimizer.zeroGrad();
    }
    return [param.toArray(), optimizer.stateDict().scalars["0.step"]];
  };
  assertEquals(run([false, true, true, false, true]), run([false, false, false, false, false]));
});

test("a learning rate that is a tensor gives the numbers of one that is none", () => {
  const kinds: Make[] = [optimizers.AdamW, optimizers.SGD];
  for (const make of kinds) {
    const run = (asTensor: boolean) => {
      const param = torch.tensor([1, -2], { device }).requiresGrad_();
      using optimizer = make([param]);
      for (const lr of [0.1, 0.05, 0.2]) {
        optimizer.lr = lr;
        torch.scope(() => param.pow(2).sum().backward());
        optimizer.step(asTensor ? { rates: [torch.tensor(lr, { device })] } : undefined);
        optimizer.zeroGrad();
      }
      return param.toArray() as number[];
    };
    assertClose(run(true), run(false));
  }
});

test("where a step was left out, averages stay as they are", () => {
  const holder = new nn.Linear(1, 1, { bias: false }).to(device);
  torch.noGrad(() => holder.weight.fill_(1));
  using ema = new optim.Ema(holder, { decay: 0.5 });
  ema.update();
  torch.noGrad(() => holder.weight.fill_(3));
  ema.update(torch.ones([], { device }));
  assertClose(ema.weights().weight, [[1]]);
  ema.update(torch.zeros([], { device }));
  assertClose(ema.weights().weight, [[2]]);
  holder.dispose();
});
