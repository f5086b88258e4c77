/**
 * Who is asked about a batch, and how.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../base/errors.ts";
import { checkPositive } from "../base/check_whole.ts";
import { say } from "../base/progress.ts";
import type { Spec } from "../base/spec.ts";
import type { Batch } from "../data/batch.ts";
import { knownColumns } from "../data/known_columns.ts";
import { uploadAll } from "../data/upload.ts";
import type { PixelSource } from "../data/pixel_source.ts";
import { scope } from "../torch/scope.ts";
import type { Device } from "../torch/device.ts";
import { SideStream } from "../torch/side_streams.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkOutput } from "./check_output.ts";
import { checkShelf } from "./check_shelf.ts";
import { mapParts } from "./map_parts.ts";
import { type KnownClasses, Opinions } from "./opinions.ts";
import { Residency } from "./residency.ts";
import type { Teacher } from "./teacher.ts";
import type { AskOptions, TeacherOutput } from "./teacher_options.ts";
import { teacherSpecs } from "./teacher_specs.ts";

/** Options of a {@linkcode Shelf}. */
export interface ShelfOptions {
  /** How many of the teachers that can be loaded again are in memory at a time; all by default. */
  resident?: number;
  /**
   * What happens when a teacher fails or gives NaN or infinities: an error that names it ends the run (`"throw"`, the
   * default), or (`"leaveOut"`) it is left out from there on, with a line that names it and the reason.
   */
  onFailure?: "throw" | "leaveOut";
  /**
   * On how many streams of a card the teachers that look at the images compute at once; 1 by default. More are for small
   * teachers, each of which leaves most of a card idle; they take the memory of so many at once. Ignored on the processor.
   */
  streams?: number;
}

/** What a teacher said about images, kept. */
export interface StoredOutputs {
  /** Whether patches are kept too; by default they are not, and the teacher itself is asked by whoever wants them. */
  readonly hasPatches?: boolean;
  /** What the teacher said about some images in a variant; with patches if they are kept and asked for. */
  rows(variant: number, indices: Int32Array, asked?: AskOptions): TeacherOutput;
}

/**
 * The teachers of one student. A method asks the shelf, and cannot tell whether a teacher looks at the images now or said
 * what it says before, and it was stored.
 *
 * @example
 * ```ts
 * import { data, teachers, torch } from "@apprentice/distill";
 *
 * const shelf = new teachers.Shelf([
 *   teachers.descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 784 }),
 * ]);
 * using batch = new data.UnlabelledBatch(torch.rand([8, 1, 28, 28]));
 * shelf.ask(batch).of("pixels").features.shape; // [8, 784]
 * ```
 */
export class Shelf implements Disposable {
  /** The teachers, in order. */
  readonly teachers: readonly Teacher[];
  /** What happens when one fails. */
  readonly onFailure: "throw" | "leaveOut";
  readonly #residency: Residency | null;
  readonly #streams: number;
  /** The streams of each card that teachers compute on. */
  readonly #sides: Map<Device, readonly SideStream[]> = new Map();
  readonly #stored: Map<PixelSource, ReadonlyMap<string, StoredOutputs>> = new Map();
  readonly #leftOut: Map<string, string> = new Map();
  /** What is said about some batches whatever teachers would say. */
  readonly #told: WeakMap<Batch, Opinions> = new WeakMap();
  #asked = 0;

  /**
   * Puts teachers together.
   *
   * @throws {ArgumentError} if something is no teacher, two have one name, or an option cannot be used.
   */
  constructor(teachers: readonly Teacher[], options: ShelfOptions = {}) {
    const { resident, onFailure = "throw", streams = 1 } = options;
    checkShelf(teachers);
    if (onFailure !== "throw" && onFailure !== "leaveOut") {
      throw new ArgumentError(
        `onFailure is "throw" or "leaveOut", got ${JSON.stringify(onFailure)}.`,
      );
    }
    if (resident !== undefined) checkPositive(resident, "The number of resident teachers");
    checkPositive(streams, "The number of streams");
    this.#streams = streams;
    this.teachers = [...teachers];
    this.onFailure = onFailure;
    this.#residency = resident === undefined ? null : new Residency(teachers, resident);
  }

  /** The teachers' names, in order. */
  get names(): string[] {
    return this.teachers.map(({ name }) => name);
  }

  /** The teachers that vote on classes. */
  get voters(): Teacher[] {
    return this.teachers.filter(({ kind }) => kind === "predictive");
  }

  /** Who was left out, and why, by name. */
  get leftOut(): ReadonlyMap<string, string> {
    return this.#leftOut;
  }

  /** Leaves a teacher out from here on. */
  leaveOut(name: string, reason: string): void {
    if (this.#leftOut.has(name)) return;
    this.#leftOut.set(name, reason);
    say(`teacher "${name}" is left out from here on: ${reason}`);
  }

  /**
   * Takes what teachers said about a source's pixels from where it is kept: they are not asked again.
   *
   * @param source What the batches are made by.
   * @param outputs What is kept, by the teachers' names; others are asked as ever.
   */
  use(source: PixelSource, outputs: ReadonlyMap<string, StoredOutputs>): void {
    this.#stored.set(source, outputs);
  }

  /** How often it was asked so far. */
  get asked(): number {
    return this.#asked;
  }

  /** Gives these opinions to whoever asks about a batch: its tensors stay the same from step to step, and are written to. */
  tell(batch: Batch, opinions: Opinions): void {
    this.#told.set(batch, opinions);
  }

  /** Whether what teachers say about a batch is computed by models on its device, so that asking them can be recorded there. */
  computesOn(batch: Batch, who: readonly Teacher[] = this.teachers): boolean {
    const { origin, pixels: { device } } = batch;
    if (this.#residency !== null || this.onFailure !== "throw") return false;
    return who.every(({ name, model }) =>
      model !== null && model.parameters()[0]?.device === device &&
      !(origin && this.#stored.get(origin.source)?.has(name))
    );
  }

  /**
   * What the teachers say about a batch, in float32 or wider. No gradients flow.
   *
   * @param who Those to ask; all by default.
   * @param asked What else is wanted: patches, of the teachers that have them. One of whom no patches are stored is asked
   * now.
   * @throws {TrainingError} if none is left to ask.
   * @throws Whatever a teacher throws, unless failing ones are left out.
   */
  ask(
    batch: Batch,
    who: readonly Teacher[] = this.teachers,
    asked: AskOptions = {},
  ): Opinions {
    this.#asked++;
    const told = this.#told.get(batch);
    if (told !== undefined) return told;
    const heard = new Map<string, TeacherOutput>();
    const sides = this.#sidesOf(batch.pixels.device);
    for (const [i, teacher] of who.entries()) {
      if (this.#leftOut.has(teacher.name)) continue;
      const output = sides.length === 0
        ? this.#hear(teacher, batch, asked)
        : this.#hearBeside(sides[i % sides.length], teacher, batch, asked);
      if (output !== undefined) heard.set(teacher.name, output);
    }
    for (const [i, side] of sides.entries()) {
      side.join(who.flatMap(({ name }, place) => {
        const output = place % sides.length === i ? heard.get(name) : undefined;
        return output === undefined ? [] : partsOf(output).filter((part) => part.device !== "cpu");
      }));
    }
    this.checkLeft(who);
    return new Opinions(beside(batch.pixels, heard), knownBy(who));
  }

  /** The streams that teachers compute on beside the current one; none where that is all. */
  #sidesOf(device: Device): readonly SideStream[] {
    if (this.#streams === 1 || device === "cpu") return [];
    let known = this.#sides.get(device);
    if (known === undefined) {
      known = Array.from({ length: this.#streams }, () => SideStream.of(device))
        .filter((side) => side !== null);
      this.#sides.set(device, known);
    }
    return known;
  }

  #hearBeside(
    side: SideStream,
    teacher: Teacher,
    batch: Batch,
    asked: AskOptions,
  ): TeacherOutput | undefined {
    // Rendered before, on the current stream: equal views are of several teachers.
    batch.view(teacher.view);
    return side.run(() => this.#hear(teacher, batch, asked), { after: true });
  }

  /**
   * Refuses to go on without anybody to ask.
   *
   * @throws {TrainingError} if all of some teachers are left out.
   */
  checkLeft(who: readonly Teacher[] = this.teachers): void {
    if (who.length === 0 || who.some(({ name }) => !this.#leftOut.has(name))) return;
    const reasons = [...this.#leftOut].map(([name, reason]) => `"${name}" (${reason})`);
    throw new TrainingError(`No teacher is left to ask: left out are ${reasons.join(", ")}.`);
  }

  #hear(teacher: Teacher, batch: Batch, asked: AskOptions): TeacherOutput | undefined {
    if (this.onFailure === "throw") return this.#output(teacher, batch, asked);
    try {
      const output = this.#output(teacher, batch, asked);
      const known = teacher.labelMap?.known ?? null;
      const bad = Object.entries(output).find(([what, part]) =>
        !isFinite(part, what === "logits" ? known : null)
      );
      if (bad === undefined) return output;
      this.leaveOut(teacher.name, `its ${bad[0]} hold NaN or infinities`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { message } = error.cause instanceof Error ? error.cause : error;
      this.leaveOut(teacher.name, message);
    }
    return undefined;
  }

  #output(teacher: Teacher, batch: Batch, asked: AskOptions): TeacherOutput {
    const { origin, pixels: { device } } = batch;
    const stored = origin && this.#stored.get(origin.source)?.get(teacher.name);
    const patches = Boolean(asked.patches) && teacher.patchDim !== null;
    const kept = patches && !stored?.hasPatches ? undefined : stored;
    const output = kept
      ? checkOutput(
        teacher,
        kept.rows(origin!.variant, batch.places(), { patches }),
        batch.length,
        { patches },
      )
      : teacher.see(batch.view(teacher.view), { patches });
    // Parts of the processor are sent to a card together, once all teachers were asked.
    return mapParts(
      output,
      (part) => widened(part.device === device || part.device === "cpu" ? part : part.to(device)),
    );
  }

  /** What decides what the teachers say; functions are asked about images of the first of `batches`. */
  async spec(batches?: unknown): Promise<Spec> {
    return await teacherSpecs(this.teachers, batches);
  }

  /** Releases the teachers that can be loaded again, and lets go of what is stored. */
  dispose(): void {
    this.#residency?.dispose();
    for (const teacher of this.teachers) teacher.release();
    this.#stored.clear();
  }

  /** Same as {@linkcode Shelf.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function partsOf({ features, logits, patches }: TeacherOutput): Tensor[] {
  return [features, logits, patches].filter((part) => part !== undefined);
}

/** What was heard, on the images' device. */
function beside(
  { device }: Tensor,
  heard: ReadonlyMap<string, TeacherOutput>,
): ReadonlyMap<string, TeacherOutput> {
  if (device === "cpu") return heard;
  const parts: Tensor[] = [];
  for (const output of heard.values()) mapParts(output, (part) => (parts.push(part), part));
  const moved = uploadAll(parts, device);
  let place = 0;
  return new Map(
    [...heard].map(([name, output]) => [name, mapParts(output, () => moved[place++])]),
  );
}

/** Half-precision numbers, such as autocast makes, as float32, which encoders and losses compute in. */
function widened(part: Tensor): Tensor {
  const { dtype } = part;
  return dtype === "float16" || dtype === "bfloat16" ? part.to("float32") : part;
}

/** Whether all values are finite, those at classes that are not known left out. Waits for the device. */
function isFinite(all: Tensor, known: readonly number[] | null): boolean {
  return scope(() => {
    const part = knownColumns(all, known);
    return Number.isFinite(part.sum().item() as number) || part.isfinite().all().item() === 1;
  });
}

/** The classes of those who know some of them only. */
function knownBy(teachers: readonly Teacher[]): KnownClasses {
  return new Map(
    teachers.flatMap(({ name, labelMap }) =>
      labelMap === null || labelMap.isWhole ? [] : [[name, labelMap.known] as const]
    ),
  );
}
