/**
 * Functions of images as models, so that they can be exported.
 *
 * @module
 */

import { Classifier, Identity, type Module } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";

/** A model without classes whose features are a function of images. */
export class FunctionModel extends Classifier {
  override readonly head: Module = new Identity();
  override readonly featureDim = 1;
  override readonly numClasses = 0;
  readonly #compute: (images: Tensor, own: FunctionModel) => Tensor;

  constructor(
    compute: (images: Tensor, own: FunctionModel) => Tensor,
    size: [number, number] = [6, 8],
  ) {
    super();
    using generator = new torch.Generator(1);
    this.registerParameter("a", torch.rand([3], { generator }));
    this.registerParameter("b", torch.rand([3], { generator }));
    this.registerParameter("kernel", torch.randn([6, 3, 3, 3], { generator }));
    this.registerParameter("matrix", torch.randn([8, 5], { generator }));
    this.#compute = compute;
    this.view = { size, mean: [0, 0, 0], std: [1, 1, 1] };
  }

  /** The parameter of a name. */
  of(name: string): Tensor {
    return Object.fromEntries(this.namedParameters())[name];
  }

  override features(images: Tensor): Tensor {
    return torch.scope(() => this.#compute(images, this));
  }
}
