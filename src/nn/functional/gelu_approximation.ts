/**
 * How GELU is computed.
 *
 * @module
 */

/** How {@linkcode gelu} is computed: exactly, or by the tanh formula. */
export type GeluApproximation = "none" | "tanh";
