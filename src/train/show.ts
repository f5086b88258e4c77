/**
 * What a run shows while it trains: a line of progress with the loss and the last evaluation, and a line for every epoch.
 *
 * @module
 */

import { Progress } from "../base/progress.ts";
import { formatDuration } from "../base/text.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { parseTeacherField } from "../report/teacher_fields.ts";

/** Where a run stands within its epochs. */
export interface EpochPlace {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** How many there are. */
  readonly epochs: number;
  /** The stage's name, where there are several. */
  readonly stage?: string;
}

/** Shows a run; with `using`, its last line is ended. */
export class RunProgress implements Disposable {
  readonly #progress: Progress;
  readonly #name: string;
  #evaluated = "";

  /** Shows nothing yet. */
  constructor(name: string, total: number, start: number) {
    this.#name = name;
    this.#progress = new Progress({ label: name, total, unit: "steps", start });
  }

  /** After a step; `loss` is only asked for when the line is drawn. */
  step(step: number, place: EpochPlace, loss: () => number | undefined): void {
    this.#progress.update(step, () => {
      const value = loss();
      return [placeText(place), value === undefined ? "" : `loss ${short(value)}`, this.#evaluated]
        .filter(Boolean).join(", ");
    });
  }

  /** After an epoch, with its record and what the evaluation found. */
  epoch(
    place: EpochPlace,
    means: Readonly<Record<string, number>>,
    evaluated: MetricRecord | undefined,
    seconds: number,
  ): void {
    if (evaluated !== undefined) this.#evaluated = valuesText(evaluated);
    const { loss, ...terms } = means;
    const parts = valuesText(terms);
    const line = [
      placeText(place),
      loss === undefined ? "" : `loss ${short(loss)}${parts === "" ? "" : ` (${parts})`}`,
      evaluated === undefined ? "" : this.#evaluated,
      formatDuration(seconds),
    ];
    this.#progress.log(`${this.#name}: ${line.filter(Boolean).join(", ")}`);
  }

  /** Ends the line. */
  [Symbol.dispose](): void {
    this.#progress.finish();
  }
}

function placeText({ epoch, epochs, stage }: EpochPlace): string {
  return `epoch ${epoch}/${epochs}${stage === undefined ? "" : ` ${stage}`}`;
}

/** The numbers of a record by name, but for those of single teachers. */
function valuesText(values: MetricRecord): string {
  return Object.entries(values)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number")
    .filter(([name]) => parseTeacherField(name) === undefined)
    .map(([name, value]) => `${name} ${short(value)}`).join(", ");
}

/** Four significant digits. */
function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
