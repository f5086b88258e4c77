/**
 * What is wrong with the direction of imports.
 *
 * @module
 */

import { circles } from "./circles.ts";
import type { ImportGraph } from "./import_graph.ts";

/** The order that imports have to keep. */
export interface Order {
  /** Rooms by floor, the ground first. */
  readonly floors: readonly (readonly string[])[];
  /** By room, the only other rooms that it may import, where that is less than what is below. */
  readonly only: Readonly<Record<string, readonly string[]>>;
  /** Imports of types that may be part of a circle. */
  readonly excepted: readonly { readonly from: string; readonly to: string }[];
}

/** The room of a file: the folder in `src/`, or the first part of the path. */
export function roomOf(file: string): string {
  const [first, second] = file.split("/");
  return first === "src" ? second : first;
}

/** Every fault in words: upward imports, circles of rooms, circles of files, exceptions that nothing needs. */
export function directionFaults(graph: ImportGraph, order: Order): string[] {
  return [
    ...upward(graph, order),
    ...circles(roomGraph(graph, order)).map((rooms) => `circle of rooms: ${closed(rooms)}`),
    ...fileCircles(graph, order),
    ...unneeded(graph, order),
  ];
}

function* crossings(graph: ImportGraph): Generator<[from: string, to: string, what: string]> {
  for (const [from, imports] of graph) {
    for (const [to, { typeOnly }] of imports) {
      if (roomOf(from) !== roomOf(to)) yield [from, to, typeOnly ? "a type of " : ""];
    }
  }
}

function upward(graph: ImportGraph, { floors, only }: Order): string[] {
  const floor = (file: string): number => floors.findIndex((f) => f.includes(roomOf(file)));
  const faults: string[] = [];
  for (const file of graph.keys()) {
    if (floor(file) < 0) faults.push(`no floor: ${file} is in a room that the table does not have`);
  }
  for (const [from, to, what] of crossings(graph)) {
    const allowed = only[roomOf(from)];
    if (floor(to) > floor(from)) faults.push(`upward: ${from} imports ${what}${to}`);
    else if (allowed !== undefined && !allowed.includes(roomOf(to))) {
      faults.push(`not among the rooms it may use: ${from} imports ${what}${to}`);
    }
  }
  return faults;
}

/** The rooms on one floor: only there can downward and sideways imports make a circle. */
function roomGraph(graph: ImportGraph, { floors }: Order): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const [from, to] of crossings(graph)) {
    const [a, b] = [roomOf(from), roomOf(to)];
    if (!floors.some((floor) => floor.includes(a) && floor.includes(b))) continue;
    rooms.set(a, (rooms.get(a) ?? new Set()).add(b));
  }
  return rooms;
}

function fileCircles(graph: ImportGraph, { excepted }: Order): string[] {
  const counted = new Map<string, string[]>();
  for (const [from, imports] of graph) {
    const isExcepted = ([to, { typeOnly }]: [string, { typeOnly: boolean }]): boolean =>
      typeOnly && excepted.some((import_) => import_.from === from && import_.to === to);
    counted.set(from, [...imports].filter((import_) => !isExcepted(import_)).map(([to]) => to));
  }
  return circles(counted).map((files) => {
    const arrows = files.map((file, i) => {
      const next = files[(i + 1) % files.length];
      return graph.get(file)?.get(next)?.typeOnly ? " -(type)-> " : " -> ";
    });
    return `circle: ${files.map((file, i) => file + arrows[i]).join("")}${files[0]}`;
  });
}

function unneeded(graph: ImportGraph, { excepted }: Order): string[] {
  return excepted.filter(({ from, to }) => graph.get(from)?.get(to)?.typeOnly !== true).map((
    { from, to },
  ) => `exception that nothing needs: ${from} imports no type of ${to}`);
}

const closed = (names: readonly string[]): string => [...names, names[0]].join(" -> ");
