/**
 * Global context.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { roundToEven } from "./divisible.ts";

/** Two 1x1 convolutions with a norm and an activation between. Keys: `fc1`, `norm`, `fc2`. */
class ConvMlp extends nn.Module {
  readonly fc1: nn.Conv2d;
  readonly norm: nn.LayerNorm2d;
  readonly fc2: nn.Conv2d;
  readonly #activation: Activation;

  constructor(dim: number, hidden: number, activation: Activation) {
    super();
    this.#activation = activation;
    this.fc1 = new nn.Conv2d(dim, hidden, 1);
    this.norm = new nn.LayerNorm2d(hidden, { eps: 1e-6 });
    this.fc2 = new nn.Conv2d(hidden, dim, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.fc2.forward(activate_(this.norm.forward(this.fc1.forward(x)), this.#activation));
  }
}

/** Options of {@linkcode GlobalContext}. */
export interface GlobalContextOptions {
  /** Channels of the hidden layer; an eighth by default. */
  readonly hidden?: number;
  /** What follows the hidden layer; ReLU by default. */
  readonly activation?: Activation;
  /** Whether pixels are scaled by what is found, instead of added to; false by default. */
  readonly scales?: boolean;
}

/**
 * Adds to every pixel what the image has where attention, the same for all pixels, finds it (Cao et al., GCNet, 2019,
 * figure 4d); or scales pixels by that. Keys as timm's: `conv_attn`, `mlp_add.fc1`, `mlp_add.norm`, `mlp_add.fc2`, or
 * `mlp_scale`.
 */
export class GlobalContext extends nn.Module {
  readonly #scores: nn.Conv2d;
  readonly #mlp: ConvMlp;
  readonly #scales: boolean;

  /** For maps of `channels` channels. */
  constructor(channels: number, options: GlobalContextOptions = {}) {
    super();
    const { hidden = roundToEven(channels / 8), activation = "relu", scales = false } = options;
    this.#scales = scales;
    this.#scores = this.registerModule("conv_attn", new nn.Conv2d(channels, 1, 1));
    this.#mlp = this.registerModule(
      scales ? "mlp_scale" : "mlp_add",
      new ConvMlp(channels, hidden, activation),
    );
  }

  /** Draws the first values: nothing is added at first. */
  reset(): void {
    nn.init.kaimingNormal_(this.#scores.weight);
    nn.init.zeros_(this.#mlp.fc2.weight);
  }

  /** Shapes: (B, channels, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const shares = this.#scores.forward(x).flatten(2).softmax(2).transpose(1, 2);
      const context = x.flatten(2).matmul(shares).unsqueeze(3);
      const found = this.#mlp.forward(context);
      return this.#scales ? found.sigmoid_().mul(x) : x.add(found);
    });
  }
}
