/**
 * What average pooling layers have in common.
 *
 * @module
 */

import { Module } from "../module.ts";
import { checkKnown, checkSize, sizes } from "../options.ts";
import { checkPadding } from "./check_pool_padding.ts";
import type { AvgPool1dOptions, AvgPool2dOptions, AvgPool3dOptions } from "./pool_options.ts";

/** The options that all have. */
const known = ["stride", "padding", "ceilMode", "countIncludePad"];

/** What average pooling layers have in common. */
export abstract class AvgPool extends Module {
  /** The kernel's size, stride, padding, ceilMode, countIncludePad and divisor. */
  protected readonly args: readonly [
    number[],
    number[],
    number[],
    boolean,
    boolean,
    number | null,
  ];

  constructor(
    kernelSize: number | readonly number[],
    options: AvgPool1dOptions | AvgPool2dOptions | AvgPool3dOptions,
    dims: number,
  ) {
    super();
    const layer = new.target.name;
    checkKnown(layer, options, dims === 1 ? known : [...known, "divisorOverride"]);
    const divisor = (options as AvgPool2dOptions).divisorOverride ?? null;
    if (divisor !== null) checkSize(layer, "divisorOverride", divisor);
    this.args = [
      sizes(layer, "kernelSize", kernelSize, dims),
      sizes(layer, "stride", options.stride ?? kernelSize, dims),
      sizes(layer, "padding", options.padding ?? 0, dims, 0),
      options.ceilMode ?? false,
      options.countIncludePad ?? true,
      divisor,
    ];
    checkPadding(layer, "kernelSize", this.args[0], this.args[2]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.args[0]}], stride: [${this.args[1]}]`;
  }
}
