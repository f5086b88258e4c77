/**
 * The metrics of a run in a folder: as JSON lines, and copies of them for other programs.
 *
 * @module
 */

import { FileError } from "../base/errors.ts";
import { MetricsLog, type MetricsLogOptions, readMetrics } from "./metrics.ts";
import type { MetricsCopy } from "./metrics_copy.ts";
import { CsvCopy } from "./metrics_csv.ts";
import type { MetricRecord, MetricsSink } from "./metrics_sink.ts";
import { TensorBoardCopy } from "./tensorboard/copy.ts";

/** Options of {@linkcode metricsTo}. */
export interface MetricsToOptions extends MetricsLogOptions {
  /** Whether `metrics.csv` is written too, with a column for each field (default false). */
  csv?: boolean;
  /**
   * Whether an event file for TensorBoard is written too (default false). Every number of a record with a step becomes
   * the scalar `run/field`, those of `event: "epoch"` become `run/epoch/field`; TensorBoard keeps them as float32.
   */
  tensorboard?: boolean;
}

/**
 * Writes the metrics of a run into a folder. `metrics.jsonl` is what a run goes on from; the others are copies
 * that are made to agree with it when a run is resumed, also where they were not written before.
 *
 * @param folder The run folder; it is made if it lacks.
 * @throws {FileError} If a file cannot be opened, or one exists already and `resume` is not set.
 * @throws {FormatError} With `resume`, if a line of `metrics.jsonl` other than the last one is damaged.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   using metrics = train.metricsTo(folder, { csv: true, tensorboard: true });
 *   metrics.log({ run: "student", step: 50, loss: 2.31 }); // student/loss in TensorBoard
 * }
 * console.log(await Deno.readTextFile(`${folder}/metrics.csv`));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function metricsTo(folder: string, options: MetricsToOptions = {}): MetricsSink {
  const { csv, tensorboard, ...rest } = options;
  const copies: MetricsCopy[] = [];
  if (csv) copies.push(new CsvCopy(`${folder}/metrics.csv`));
  if (tensorboard) copies.push(new TensorBoardCopy(folder));
  if (!options.resume) {
    for (const file of copies.flatMap((copy) => copy.existing())) {
      throw new FileError(
        `There are metrics in ${file} already. Pass { resume: true } to go on with them, or choose another folder.`,
      );
    }
  }
  const log = new MetricsLog(`${folder}/metrics.jsonl`, rest);
  try {
    return new MetricsWithCopies(log, copies);
  } catch (error) {
    log.close();
    throw error;
  }
}

class MetricsWithCopies implements MetricsSink {
  readonly #log: MetricsLog;
  readonly #copies: readonly MetricsCopy[];

  constructor(log: MetricsLog, copies: readonly MetricsCopy[]) {
    this.#log = log;
    this.#copies = copies;
    this.#rebuild();
  }

  #rebuild(): void {
    if (this.#copies.length === 0) return;
    try {
      const records = readMetrics(this.#log.path);
      for (const copy of this.#copies) copy.rebuild(records);
    } catch (error) {
      for (const copy of this.#copies) copy.close();
      throw error;
    }
  }

  log(record: MetricRecord): void {
    this.#log.log(record);
    for (const copy of this.#copies) copy.append(record, () => readMetrics(this.#log.path));
  }

  retain(keep: (record: MetricRecord) => boolean): void {
    this.#log.retain(keep);
    this.#rebuild();
  }

  flush(): void {
    this.#log.flush();
    for (const copy of this.#copies) copy.flush();
  }

  close(): void {
    try {
      this.flush();
      this.#log.close();
    } finally {
      for (const copy of this.#copies) copy.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
