/**
 * Names that somebody may have meant.
 *
 * @module
 */

/**
 * The names nearest to `name`: first those that contain it or are contained in it, then those with the fewest
 * letters to change.
 */
export function nearest(name: string, names: readonly string[], count = 3): string[] {
  const wanted = name.toLowerCase();
  const scored = names.map((other): [contains: number, distance: number, name: string] => {
    const own = other.toLowerCase();
    const contains = wanted !== "" && (own.includes(wanted) || wanted.includes(own));
    return [contains ? 0 : 1, distance(wanted, own), other];
  });
  scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return scored.slice(0, count).map(([, , other]) => other);
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
