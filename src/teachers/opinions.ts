/**
 * What the teachers of a shelf say about a batch.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { cat } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";
import { mapParts } from "./map_parts.ts";
import type { TeacherOutput } from "./teacher_options.ts";

/** The student's classes that teachers know, ascending, by name; those who know all are not in it. */
export type KnownClasses = ReadonlyMap<string, readonly number[]>;

/**
 * What teachers say about one batch, by name, in the order of their shelf. Whether they were asked now or their outputs
 * were stored cannot be told from it.
 */
export class Opinions {
  /** Who was heard, in the order of the shelf. */
  readonly names: readonly string[];
  /** Who of them votes on classes. */
  readonly voters: readonly string[];
  readonly #outputs: ReadonlyMap<string, TeacherOutput>;
  readonly #known: KnownClasses;

  /**
   * Takes what each one says, in the order of the shelf.
   *
   * @param known The classes of those who know some of them only, ascending.
   */
  constructor(outputs: ReadonlyMap<string, TeacherOutput>, known: KnownClasses = new Map()) {
    this.#outputs = outputs;
    this.#known = known;
    this.names = [...outputs.keys()];
    this.voters = this.names.filter((name) => outputs.get(name)!.logits !== undefined);
  }

  /**
   * The opinions on two batches as those on one: the first batch's rows, then the second's. Who was heard about one of them
   * only, because it failed in between, has no part in it.
   */
  static join(first: Opinions, second: Opinions): Opinions {
    const both = first.names.filter((name) => second.names.includes(name));
    return new Opinions(
      new Map(both.map((name) => {
        const [a, b] = [first.of(name), second.of(name)];
        return [name, {
          features: cat([a.features, b.features]),
          ...(a.logits && b.logits && { logits: cat([a.logits, b.logits]) }),
          ...(a.patches && b.patches && { patches: cat([a.patches, b.patches]) }),
        }];
      })),
      new Map([...first.#known, ...second.#known]),
    );
  }

  /**
   * What the others say.
   *
   * @param names Those who have no part in it.
   */
  without(names: { has(name: string): boolean }): Opinions {
    if (!this.names.some((name) => names.has(name))) return this;
    return new Opinions(
      new Map([...this.#outputs].filter(([name]) => !names.has(name))),
      this.#known,
    );
  }

  /**
   * What one teacher says.
   *
   * @throws {ArgumentError} if it was not heard.
   */
  of(name: string): TeacherOutput {
    const output = this.#outputs.get(name);
    if (output !== undefined) return output;
    throw new ArgumentError(
      `Teacher "${name}" was not heard about this batch; ${this.names.join(", ")} were.`,
    );
  }

  /**
   * The student's classes that a teacher knows, ascending; null for one that knows all. Its logits are -Infinity at the
   * others.
   */
  known(name: string): readonly number[] | null {
    return this.#known.get(name) ?? null;
  }

  /** The same opinions of the same teachers in other tensors. */
  mapped(make: (part: Tensor) => Tensor): Opinions {
    const outputs = [...this.#outputs].map(([name, output]) =>
      [name, mapParts(output, make)] as const
    );
    return new Opinions(new Map(outputs), this.#known);
  }

  /** All its tensors, teacher by teacher. */
  tensors(): Tensor[] {
    return [...this.#outputs.values()].flatMap(({ features, logits, patches }) =>
      [features, logits, patches].filter((part) => part !== undefined)
    );
  }

  /** The features of all (B, featureDim each), in order. */
  get features(): Tensor[] {
    return this.names.map((name) => this.of(name).features);
  }

  /** The logits of those who vote (B, numClasses each), in order; -Infinity at classes that one does not know. */
  get logits(): Tensor[] {
    return this.voters.map((name) => this.of(name).logits!);
  }
}
