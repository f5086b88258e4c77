/** Where names of points stand, so that none covers another or a point. @module */

/** A rectangle in a drawing, in its pixels. */
export interface Box {
  /** The left edge. */
  readonly left: number;
  /** The upper edge. */
  readonly top: number;
  /** From left to right. */
  readonly width: number;
  /** From top to bottom. */
  readonly height: number;
}

/** A point and the room that its name takes. */
export interface NamedPoint {
  /** The middle of the point, from the left. */
  readonly x: number;
  /** The middle of the point, from the top. */
  readonly y: number;
  /** How far the point reaches from there. */
  readonly radius: number;
  /** The width of its name. */
  readonly width: number;
  /** The height of its name. */
  readonly height: number;
}

/** Sides of a point, the best first: how far to the right and down of it. */
const SIDES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]] as const;
/** Pixels between a point and its name. */
const GAP = 5;
/** How many times a name is moved further away. */
const STEPS = 6;

/**
 * Finds a place for each name: beside its point, else further away; null for those that have none. Who comes first chooses
 * first.
 *
 * @param area The room for all of them.
 */
export function placeLabels(points: readonly NamedPoint[], area: Box): (Box | null)[] {
  const taken: Box[] = points.map(({ x, y, radius }) => around(x, y, radius));
  return points.map((point) => {
    const place = candidates(point).find((box) =>
      isWithin(box, area) && !taken.some((other) => overlap(box, other))
    );
    if (place === undefined) return null;
    taken.push(place);
    return place;
  });
}

function candidates({ x, y, radius, width, height }: NamedPoint): Box[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const away = radius + GAP + step * height;
    return SIDES.map(([right, down]) => ({
      left: x + right * away - width * (1 - right) / 2,
      top: y + down * away - height * (1 - down) / 2,
      width,
      height,
    }));
  }).flat();
}

function around(x: number, y: number, radius: number): Box {
  return { left: x - radius, top: y - radius, width: 2 * radius, height: 2 * radius };
}

function isWithin(box: Box, area: Box): boolean {
  return box.left >= area.left && box.left + box.width <= area.left + area.width &&
    box.top >= area.top && box.top + box.height <= area.top + area.height;
}

/** Whether two boxes have a pixel in common. */
export function overlap(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width &&
    a.top < b.top + b.height && b.top < a.top + a.height;
}
