/**
 * Pairs and groups of teachers, by how much alike they are.
 *
 * @module
 */

/** Two teachers, and how much alike they are. */
export interface Pair {
  /** The two names, in the order of the shelf. */
  readonly names: readonly [string, string];
  /** How much alike they are. */
  readonly value: number;
}

/** All pairs of which it is known how much alike they are, the most alike first. */
export function pairsOf(names: readonly string[], alike: readonly (readonly number[])[]): Pair[] {
  return names.flatMap((first, i) =>
    names.slice(i + 1).map((second, k): Pair => ({
      names: [first, second],
      value: alike[i][i + 1 + k],
    }))
  ).filter(({ value }) => !Number.isNaN(value)).toSorted((a, b) => b.value - a.value);
}

/**
 * Groups of at least two teachers of whom each is as much alike to each other one as is asked for, in the order of the shelf.
 * Everybody joins the first group that it fits in.
 */
export function groupsOf(
  names: readonly string[],
  alike: readonly (readonly number[])[],
  least: number,
): string[][] {
  const groups: number[][] = [];
  for (const i of names.keys()) {
    const group = groups.find((members) => members.every((j) => alike[i][j] >= least));
    if (group === undefined) groups.push([i]);
    else group.push(i);
  }
  return groups.filter(({ length }) => length > 1).map((group) => group.map((i) => names[i]));
}
