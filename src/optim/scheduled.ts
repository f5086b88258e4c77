/**
 * What schedules act on.
 *
 * @module
 */

import type { Optimizer } from "./optimizer.ts";

/** The part of an optimizer that schedules need. */
// Whatever options the optimizer has beside its rate, no schedule reads them.
export type Scheduled = Pick<Optimizer, "paramGroups">;
