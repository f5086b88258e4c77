/**
 * Steps one after the other, with a shortcut around them.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import * as torch from "../../../torch/mod.ts";
import type { Tensor } from "../../../torch/mod.ts";
import { activate_, type Activation } from "../activation.ts";
import { convNorm } from "../conv_norm_act.ts";

/** What is around the steps of a {@linkcode Branch}. */
export interface Around {
  /** Whether the input is added to what the last step gives. */
  readonly shortcut: boolean;
  /** What leaves out the branch with a probability. */
  readonly dropPath: nn.Module;
}

/** A block that is steps one after the other, with a shortcut around them where shapes allow. */
export abstract class Branch extends nn.Module {
  readonly #steps: ((x: Tensor) => Tensor)[] = [];
  readonly #shortcut: boolean;
  readonly #dropPath: nn.Module;
  #endsActivated = false;

  constructor({ shortcut, dropPath }: Around) {
    super();
    this.#shortcut = shortcut;
    this.#dropPath = this.registerModule("drop_path", dropPath);
  }

  /** Adds a part that is a step by itself. */
  protected add(name: string, part: nn.Module): void {
    this.registerModule(name, part);
    this.#steps.push((x) => part.forward(x));
    this.#endsActivated = false;
  }

  /** Adds a convolution and its norm, by their names, and an activation. */
  protected addConv(
    [convName, normName]: readonly [string, string],
    conv: nn.Module,
    norm: nn.Module,
    activation?: Activation,
  ): void {
    this.registerModule(convName, conv);
    this.registerModule(normName, norm);
    this.#steps.push((x) => {
      const normed = convNorm(conv, norm, x);
      return activation === undefined ? normed : activate_(normed, activation);
    });
    this.#endsActivated = activation !== undefined;
  }

  /** (B, C, H, W) to the map after all steps; what is between two steps is freed. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      let map = x;
      for (const step of this.#steps) {
        const next = step(map);
        if (map !== x && map !== next) map.dispose();
        map = next;
      }
      if (!this.#shortcut) return map;
      const branch = this.#dropPath.forward(map);
      // Gradients of some activations need what they gave.
      const keeps = this.#endsActivated && torch.isGradEnabled();
      return keeps ? branch.add(x) : branch.add_(x);
    });
  }
}
