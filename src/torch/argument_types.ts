/**
 * What operators take besides tensors and numbers.
 *
 * @module
 */

/** How a tensor's elements lie in memory. */
export type MemoryFormat = "contiguous" | "preserve" | "channelsLast" | "channelsLast3d";

/** How a loss of many elements becomes one number. Operators take libtorch's numbers for it, 0, 1 and 2, too. */
export type Reduction = "none" | "mean" | "sum";
