/**
 * Batches in the groups that make one step.
 *
 * @module
 */

/** The batches of one step, disposed of together. */
export interface Group<B> extends Disposable {
  /** The batches, in order. */
  readonly batches: readonly B[];
}

/**
 * The first `count` batches, `every` at a time, the last group with what is left. A group is there as a whole before anything
 * is learnt from it, so that images that cannot be read come to light between two steps, where a checkpoint can be made.
 */
export async function* groupsOf<B extends Disposable>(
  batches: Iterable<B> | AsyncIterable<B>,
  every: number,
  count: number,
): AsyncGenerator<Group<B>, void, undefined> {
  using gathered = new Gathered<B>();
  let left = count;
  for await (const batch of batches) {
    gathered.batches.push(batch);
    left--;
    if (gathered.batches.length < every && left > 0) continue;
    yield gathered.takeAll();
    if (left === 0) return;
  }
  if (gathered.batches.length > 0) yield gathered.takeAll();
}

/** Batches that nobody else has. */
class Gathered<B extends Disposable> implements Group<B> {
  batches: B[] = [];

  /** Hands all over. */
  takeAll(): Gathered<B> {
    const taken = new Gathered<B>();
    [taken.batches, this.batches] = [this.batches, []];
    return taken;
  }

  [Symbol.dispose](): void {
    for (const batch of this.batches) batch[Symbol.dispose]();
  }
}
