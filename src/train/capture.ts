/**
 * Whole steps as one piece of work for a card.
 *
 * @module
 */

import { ApprenticeError } from "../base/errors.ts";
import { Method, type StepResult } from "../distill/method.ts";
import { Optimizer } from "../optim/optimizer.ts";
import type { Opinions } from "../teachers/opinions.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { GraphEngine, RecordedGraph } from "./graph_engine.ts";
import type { AnyStage } from "./loop_parts.ts";
import { groupOptions } from "./loop_spec.ts";
import type { Trainable } from "./stage.ts";
import { highestLabel, layoutOf, type OwnBatch, partsIn, StaticBatch } from "./static_batch.ts";
import type { Update } from "./update.ts";

/** Steps that are made as ever before one is recorded: libraries choose and set up what they need in them. */
const WARM_UP = 3;

/** How often a recording may be thrown away before it was of use. */
const MOST_LOST = 4;

/** A recording is of use once it was replayed so often. */
const WORTH = 10;

/** A recorded step. */
interface Recording extends Disposable {
  readonly graph: RecordedGraph;
  /** What the batch and all that is no tensor were. */
  readonly key: string;
  readonly input: StaticBatch;
  /** What teachers say, if they are asked beforehand; part by part. */
  readonly opinions: readonly Opinions[] | null;
  readonly result: StepResult;
  replays: number;
}

/** What is known of a stage. */
interface Stage {
  /** The learning rates of the optimizer's groups, where a recorded step reads them. */
  readonly rates: readonly Tensor[];
  readonly numbers: number[];
  warmed: number;
  /** Whether a step asks teachers; null until one was made. */
  asks: boolean | null;
  /** The largest label that a step was made with that looked at its labels, or knew them. */
  highest: number;
  recording: Recording | null;
  lost: number;
  /** Why no step of it is recorded. */
  off: string | null;
}

/** What a {@linkcode Capture} works with. */
export interface CaptureParts {
  /** What records. */
  readonly engine: GraphEngine;
  /** How gradients become a step. */
  readonly update: Update;
  /** What is trained. */
  readonly method: Trainable;
  /** Says a line to the user. */
  readonly say: (line: string) => void;
}

/**
 * Has a card do whole steps, as a graph that is recorded once: forward and backward pass, clipping, scaling, the optimizer's
 * step. The images, the learning rates and, where they are stored or come from elsewhere, the teachers' opinions are copied to
 * where the recording reads them. A batch of another size is learnt from as ever.
 */
export class Capture implements Disposable {
  readonly #parts: CaptureParts;
  readonly #stages: Map<AnyStage, Stage> = new Map();

  /** Records nothing yet. */
  constructor(parts: CaptureParts) {
    this.#parts = parts;
  }

  /** The learning rates of a stage's optimizer, where a recorded step reads them; every step is to be given them. */
  ratesOf(stage: AnyStage): readonly Tensor[] {
    const known = this.#of(stage);
    stage.optimizer.paramGroups.forEach(({ lr }, i) => {
      if (known.numbers[i] === lr) return;
      torch.noGrad(() => known.rates[i].fill_(lr));
      known.numbers[i] = lr;
    });
    return known.rates;
  }

  /**
   * Makes a step with a batch, if it is one that is recorded or can be: then what it computed, whose tensors the next step
   * writes to; else null, and the step is to be made as ever.
   *
   * @param params The parameters of the stage's optimizer.
   */
  step(stage: AnyStage, params: readonly Tensor[], batch: unknown): StepResult | null {
    const known = this.#of(stage);
    if (known.off !== null) return null;
    const parts = partsIn(batch);
    if (parts === null) return this.#turnOff(stage, "its batches are not those of data.Loader");
    const highest = highestLabel(parts);
    if (highest === null) {
      return this.#turnOff(stage, "whether labels are classes is not known without looking");
    }
    if (known.warmed < WARM_UP || highest > known.highest) return null;
    const key = this.#key(stage, layoutOf(parts));
    if (known.recording !== null && known.recording.key !== key) {
      if (JSON.parse(known.recording.key)[0] !== JSON.parse(key)[0]) return null;
      this.#forget(stage, known);
      if (known.off !== null) return null;
    }
    known.recording ??= this.#record(stage, known, params, batch as OwnBatch, key);
    if (known.recording === null) return null;
    return this.#replay(stage, known.recording, params, batch as OwnBatch);
  }

  /** Runs a step that is made as ever, and looks at what it needs. */
  watch<R>(stage: AnyStage, batch: unknown, work: () => R): R {
    const known = this.#of(stage);
    if (known.off !== null) return work();
    const shelf = this.#parts.method instanceof Method ? this.#parts.method.shelf : null;
    const before = shelf?.asked ?? 0;
    const result = this.#parts.engine.warm(work);
    known.warmed++;
    known.asks = (known.asks ?? false) || (shelf?.asked ?? 0) > before;
    const parts = partsIn(batch);
    if (parts !== null) known.highest = Math.max(known.highest, highestLabel(parts) ?? -1);
    return result;
  }

  #of(stage: AnyStage): Stage {
    let known = this.#stages.get(stage);
    if (known === undefined) {
      const { paramGroups } = stage.optimizer;
      const rates = paramGroups.map(({ lr, params }) =>
        torch.keep(torch.full([], lr, { dtype: "float32", device: params[0].device }))
      );
      known = {
        rates,
        numbers: paramGroups.map(({ lr }) => lr),
        warmed: 0,
        asks: null,
        highest: -1,
        recording: null,
        lost: 0,
        off: stage.optimizer instanceof Optimizer ? null : "its optimizer is not of this package",
      };
      this.#stages.set(stage, known);
      if (known.off !== null) this.#tell(stage, known.off);
    }
    return known;
  }

  /** What decides a step and is no tensor, after the layout of the batch. */
  #key(stage: AnyStage, layout: string): string {
    const { method } = this.#parts;
    const options = groupOptions(stage.optimizer).map(({ lr: _, ...rest }) => rest);
    return JSON.stringify([layout, method.getExtraState?.() ?? null, options]);
  }

  #record(
    stage: AnyStage,
    known: Stage,
    params: readonly Tensor[],
    batch: OwnBatch,
    key: string,
  ): Recording | null {
    const { engine, update, method } = this.#parts;
    const owned = new DisposableStack();
    try {
      const input = owned.use(new StaticBatch(batch));
      const opinions = this.#tellShelf(known, input, batch, owned);
      const rates = this.ratesOf(stage);
      const optimizer = stage.optimizer as Optimizer;
      const { result, graph } = engine.record(() =>
        torch.scope(() => {
          const { loss, terms } = update.compute(() => stage.step(input.batch));
          update.backward(loss, input.batch);
          update.step(optimizer, params, { rates, average: false });
          const kept = (tensor: Tensor) => torch.keep(tensor.detach());
          return {
            loss: kept(loss),
            terms: Object.fromEntries(Object.entries(terms).map(([name, t]) => [name, kept(t)])),
          };
        })
      );
      owned.use(graph);
      for (const tensor of [result.loss, ...Object.values(result.terms)]) owned.use(tensor);
      return {
        graph,
        key,
        input,
        opinions,
        result,
        replays: 0,
        [Symbol.dispose]: () => owned.dispose(),
      };
    } catch (error) {
      owned.dispose();
      // Nothing was computed; what the processor noted meanwhile is taken back, and the step is made as ever.
      update.abandon(params, method);
      if (!(error instanceof ApprenticeError)) throw error;
      return this.#turnOff(stage, error.message);
    }
  }

  /** Has the shelf say of the static batch what is copied there; null where asking is recorded, or nobody asks. */
  #tellShelf(
    known: Stage,
    input: StaticBatch,
    batch: OwnBatch,
    owned: DisposableStack,
  ): readonly Opinions[] | null {
    const { method } = this.#parts;
    if (!(method instanceof Method) || !known.asks || method.hearsOnDevice(batch)) return null;
    return torch.scope(() =>
      method.hear(batch).map(({ opinions }: { opinions: Opinions }, i: number) => {
        const own = opinions.mapped((part) => owned.use(torch.keep(part.detach().clone())));
        method.shelf.tell(input.parts[i], own);
        return own;
      })
    );
  }

  #replay(
    stage: AnyStage,
    recording: Recording,
    params: readonly Tensor[],
    batch: OwnBatch,
  ): StepResult | null {
    const { update, method } = this.#parts;
    const { opinions, input } = recording;
    if (opinions !== null) {
      const heard = torch.scope(() => {
        const now = (method as Method).hear(batch as never).map(({ opinions }) => opinions);
        if (now.some(({ names }, i) => names.join() !== opinions[i].names.join())) return false;
        torch.noGrad(() =>
          now.forEach((each, i) => {
            const own = opinions[i].tensors();
            each.tensors().forEach((part, j) => own[j].copy_(part, true));
          })
        );
        return true;
      });
      if (!heard) return null;
    }
    input.take(batch);
    this.ratesOf(stage);
    recording.graph.replay();
    recording.replays++;
    update.average(params);
    return recording.result;
  }

  /** Throws a recording away because what it was of has changed. */
  #forget(stage: AnyStage, known: Stage): void {
    const { recording } = known;
    if (recording === null) return;
    if (recording.replays < WORTH) known.lost++;
    recording[Symbol.dispose]();
    known.recording = null;
    if (known.lost < MOST_LOST) return;
    this.#turnOff(stage, "what decides it beside its tensors changes every few steps");
  }

  #turnOff(stage: AnyStage, reason: string): null {
    this.#of(stage).off = reason;
    this.#tell(stage, reason);
    return null;
  }

  #tell(stage: AnyStage, reason: string): void {
    this.#parts.say(`steps of "${stage.name}" are not recorded as a graph: ${reason}`);
  }

  /** Frees what was recorded. */
  [Symbol.dispose](): void {
    for (const { recording, rates } of this.#stages.values()) {
      recording?.[Symbol.dispose]();
      for (const rate of rates) rate.dispose();
    }
    this.#stages.clear();
  }
}
