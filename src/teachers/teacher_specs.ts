/**
 * What teachers are made of, as plain data.
 *
 * @module
 */

import { knownColumns } from "../data/known_columns.ts";
import type { BatchOptions } from "../data/loader.ts";
import { looks } from "../data/spec.ts";
import { differencesOf, type Spec } from "../base/spec.ts";
import type { Teacher } from "./teacher.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";

/** How many images a function is asked about. */
const LOOKED_AT = 8;

/** A batch that may be of pairs, as far as it matters here. */
interface Images {
  readonly pixels?: unknown;
  readonly unlabelled?: Images;
}

/**
 * The teachers' specs. What is a function, as a teacher or before one, has no other description than what it says: it is
 * asked about images of the first batch.
 *
 * @param batches What is trained on; functions are not asked if it is not known or has no first batch.
 */
export async function teacherSpecs(
  teachers: readonly Teacher[],
  batches: unknown,
): Promise<Spec[]> {
  const specs = teachers.map((teacher) => teacher.spec() as Record<string, Spec>);
  const functions = teachers.flatMap((_, i) => isFunction(specs[i]) ? [i] : []);
  if (functions.length === 0) return specs;
  const [first, second] = [
    await saidOf(teachers, functions, batches),
    await saidOf(teachers, functions, batches),
  ];
  functions.forEach((place, i) => {
    // What is another one each time says nothing: images that are transformed at random, say.
    const said = first?.[i];
    if (said === undefined || second === undefined || differencesOf(said, second[i]).length > 0) {
      return;
    }
    specs[place] = { ...specs[place], says: said };
  });
  return specs;
}

/** Whether a spec says nothing of what a teacher computes: then it is a function, and known by its name. */
export function isFunction({ preprocess, weights, file, source }: Record<string, Spec>): boolean {
  return preprocess === "function" || (weights ?? file ?? source) === undefined;
}

async function saidOf(
  teachers: readonly Teacher[],
  places: readonly number[],
  batches: unknown,
): Promise<Spec[] | undefined> {
  const { batch } = (batches ?? {}) as {
    batch?: (epoch: number, index: number, options: BatchOptions) => unknown;
  };
  if (typeof batch !== "function") return undefined;
  let first: (Images & Partial<Disposable>) | undefined;
  try {
    // Whoever has a share of it says the same.
    first = await batch.call(batches, 0, 0, { whole: true }) as Images & Partial<Disposable>;
    const images = first.pixels ?? first.unlabelled?.pixels;
    if (!(images instanceof Tensor)) return undefined;
    return scope(() => {
      const few = images.narrow(0, 0, Math.min(LOOKED_AT, images.shape[0]));
      return places.map((place): Spec => {
        const { labelMap } = teachers[place];
        const { features, logits } = teachers[place].run(few);
        const known = logits && knownColumns(logits, labelMap?.known ?? null);
        return { features: looks(features), ...(known && { logits: looks(known) }) };
      });
    });
  } catch {
    // Whatever is wrong will be said when the teacher is asked for training.
    return undefined;
  } finally {
    first?.[Symbol.dispose]?.();
  }
}
