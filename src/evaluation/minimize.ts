/**
 * The smallest value of a smooth function of many numbers.
 *
 * @module
 */

/** A function to be made small: returns its value at `x` and writes its gradient there. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** When {@linkcode minimize} ends. */
export interface MinimizeOptions {
  /** Ends when no element of the gradient is larger than this; 1e-5 by default. */
  tolerance?: number;
  /** Ends after so many steps; 2000 by default. */
  maxSteps?: number;
}

/** How many steps the curvature is remembered of. */
const MEMORY = 10;
/** The part of the decrease that the gradient promises with which a step is content (Armijo). */
const ENOUGH = 1e-4;
/** What the value may rise by rounding, as a part of it, in a step that makes the slope clearly smaller. */
const ROUNDING = 1e-7;
/** The part of the slope that is clearly smaller. */
const CLEARLY = 0.9;
/** How often a step is halved before the function counts as flat here. */
const HALVINGS = 20;

interface Curvature {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/**
 * Finds the minimum of a smooth convex function by L-BFGS with a line search that halves steps: the same steps every
 * time, and no learning rate.
 *
 * Liu and Nocedal, On the limited memory BFGS method for large scale optimization, 1989.
 *
 * @param start Where to begin; it is not changed.
 * @returns The best place found.
 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-5, maxSteps = 2000 }: MinimizeOptions = {},
): Float64Array {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const history: Curvature[] = [];
  for (let i = 0; i < maxSteps && !(largest(gradient) <= tolerance); i++) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    // Before any curvature is known a step as long as the gradient could be far too long.
    let length = history.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    let next = x;
    let nextValue = value;
    const nextGradient = new Float64Array(x.length);
    let halvings = 0;
    for (; halvings < HALVINGS; halvings++, length /= 2) {
      next = x.map((at, j) => at + length * direction[j]);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ENOUGH * length * slope) break;
      // Near the minimum the value is all rounding, and the slope tells better (Hager and Zhang, 2005).
      const flat = nextValue <= value + ROUNDING * Math.abs(value);
      if (flat && Math.abs(dot(direction, nextGradient)) <= CLEARLY * -slope) break;
    }
    if (halvings === HALVINGS) {
      // Beyond the precision that the function is computed with, or the memory misled: begin anew, once.
      if (history.length === 0) break;
      history.length = 0;
      continue;
    }
    const step = next.map((at, j) => at - x[j]);
    const change = nextGradient.map((at, j) => at - gradient[j]);
    const product = dot(step, change);
    if (product > 1e-12 * dot(change, change)) {
      history.push({ step, change, product });
      if (history.length > MEMORY) history.shift();
    }
    [x, value, gradient] = [next, nextValue, nextGradient];
  }
  return x;
}

/** The direction to go in: the gradient against the curvature seen so far, backwards. */
function descent(gradient: Float64Array, history: readonly Curvature[]): Float64Array {
  const direction = gradient.map((at) => -at);
  const shares: number[] = [];
  for (let i = history.length - 1; i >= 0; i--) {
    const { step, change, product } = history[i];
    shares[i] = dot(step, direction) / product;
    addScaled(direction, change, -shares[i]);
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const scale = last.product / dot(last.change, last.change);
    for (let j = 0; j < direction.length; j++) direction[j] *= scale;
  }
  history.forEach(({ step, change, product }, i) => {
    addScaled(direction, step, shares[i] - dot(change, direction) / product);
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(to: Float64Array, vector: Float64Array, by: number): void {
  for (let i = 0; i < to.length; i++) to[i] += by * vector[i];
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
