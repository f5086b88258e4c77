/**
 * The widths of the stages of the residual networks for CIFAR.
 *
 * @module
 */

/** The channels of each stage. */
export const WIDTHS = [16, 32, 64];
