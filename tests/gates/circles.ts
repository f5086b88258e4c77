/**
 * Circles in a graph.
 *
 * @module
 */

/** By node, the nodes that it points to. */
export type Graph = ReadonlyMap<string, Iterable<string>>;

/**
 * The circles of a graph, so that every arrow that is part of any circle is in one of those returned: for each, the
 * shortest circle through it. A circle is listed from its alphabetically first node, which is not repeated at the end.
 */
export function circles(graph: Graph): string[][] {
  const found = new Map<string, string[]>();
  for (const [from, targets] of graph) {
    for (const to of targets) {
      const back = shortestPath(graph, to, from);
      if (back === null) continue;
      const first = back.indexOf(back.toSorted()[0]);
      const circle = [...back.slice(first), ...back.slice(0, first)];
      found.set(circle.join("\n"), circle);
    }
  }
  return [...found.values()].sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1));
}

/** The nodes on the shortest way, both ends included; null if there is none. */
function shortestPath(graph: Graph, start: string, end: string): string[] | null {
  const before = new Map<string, string | null>([[start, null]]);
  // What is set while a Map is walked through is walked through, too: a queue.
  for (const node of before.keys()) {
    if (node === end) {
      const path: string[] = [];
      for (let at: string | null = end; at !== null; at = before.get(at)!) path.unshift(at);
      return path;
    }
    for (const next of graph.get(node) ?? []) if (!before.has(next)) before.set(next, node);
  }
  return null;
}
