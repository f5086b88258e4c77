/**
 * A worker that trains with dropout and draws in every way there is, from a seed: answers with what came of it.
 *
 * @module
 */

import * as nn from "../../../src/nn/mod.ts";
import * as optim from "../../../src/optim/mod.ts";
import * as torch from "../../../src/torch/mod.ts";

declare const self: {
  onmessage: (event: MessageEvent) => void;
  postMessage(value: unknown): void;
};

/** Trains a small network with dropout; the loss of every step. */
function train(seed: number, steps: number, resumeAt?: number): number[] {
  torch.manualSeed(seed);
  using model = new nn.Sequential(
    new nn.Linear(20, 64),
    new nn.Dropout(0.4),
    new nn.ReLU(),
    new nn.Linear(64, 2),
  );
  using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    torch.scope(() => {
      if (step === resumeAt) {
        // Draws in between, as an evaluation does, and goes on as if there were none.
        const state = torch.getRngState();
        torch.rand([100]);
        torch.setRngState(state);
      }
      const loss = model.forward(torch.randn([32, 20])).pow(2).mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    });
  }
  return losses;
}

/** One draw by each of the ways that libtorch draws without being given a generator. */
function draw(seed: number, script: torch.ScriptModule): number[] {
  torch.manualSeed(seed);
  return torch.scope(() => {
    const x = torch.ones([64]);
    const q = torch.ones([1, 2, 4, 8]);
    const weights = [[8, 4], [8, 2], [8], [8]].map((shape) => torch.full(shape, 0.1));
    const drawn = [
      torch.dropout(x, 0.5, true),
      torch.call("aten::native_dropout", x, 0.5, true) as torch.Tensor[],
      torch.call("aten::alpha_dropout", x, 0.5, true),
      torch.call("aten::feature_dropout", x.reshape([8, 8, 1]), 0.5, true),
      torch.call("aten::rrelu", x.neg(), 0.1, 0.3, true),
      torch.call("aten::scaled_dot_product_attention", q, q, q, { dropout_p: 0.5 }),
      torch.call(
        "aten::rnn_tanh.input",
        x.reshape([4, 4, 4]),
        torch.zeros([1, 4, 2]),
        [
          ...weights.map((w) => w.narrow(0, 0, 2)),
        ],
        true,
        1,
        0.5,
        true,
        false,
        false,
      ),
      torch.rand([8]),
      torch.randn([8]),
      torch.randint(100, [8]),
      torch.randperm(16),
      torch.normal(0, 1, [8]),
      torch.randLike(x),
      x.mul(0.5).bernoulli(),
      x.multinomial(8),
      torch.zeros([8]).uniform_(0, 1),
      torch.zeros([8]).exponential_(1),
      x.mul(3).poisson(),
      script.train().forward(x),
      script.eval().run("noise", x),
    ].flat() as torch.Tensor[];
    return drawn.map((tensor) => tensor.double().abs().sum().item());
  });
}

self.onmessage = ({ data }) => {
  using script = torch.loadScript(data.script);
  const result = {
    losses: train(data.seed, data.steps, data.resumeAt),
    drawn: Array.from({ length: data.rounds }, () => draw(data.seed, script)).flat(),
  };
  self.postMessage(result);
};
