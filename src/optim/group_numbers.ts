/**
 * A group's options as numbers, which is how they are saved.
 *
 * @module
 */

/** A group's options as numbers: booleans as 0 and 1, the pair of betas as beta1 and beta2. */
export function numbersOf(group: object): [string, number][] {
  const found: [string, number][] = [];
  for (const [key, value] of Object.entries(group)) {
    if (typeof value === "number") found.push([key, value]);
    else if (typeof value === "boolean") found.push([key, value ? 1 : 0]);
    else if (key === "betas") found.push(["beta1", value[0]], ["beta2", value[1]]);
  }
  return found;
}

/** Puts options back that {@linkcode numbersOf} gave. */
export function setNumbers(group: object, numbers: Iterable<readonly [string, number]>): void {
  const target = group as Record<string, unknown>;
  for (const [key, value] of numbers) {
    if (key === "beta1") target.betas = [value, (target.betas as number[])[1]];
    else if (key === "beta2") target.betas = [(target.betas as number[])[0], value];
    else target[key] = typeof target[key] === "boolean" ? value !== 0 : value;
  }
}
