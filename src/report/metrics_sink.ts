/**
 * What takes the numbers of a run, whatever files they go to.
 *
 * @module
 */

/** What a record's field may hold. */
export type MetricValue = number | string | boolean | null | readonly number[];

/** One line of metrics: `{ step: 120, phase: "student", loss: 0.41 }`. */
export type MetricRecord = { readonly [field: string]: MetricValue };

/** Takes the records of a run: a file, or several files with the same records. */
export interface MetricsSink extends Disposable {
  /**
   * Takes one record.
   *
   * @throws {ArgumentError} If a field is neither number, text, boolean, null nor a list of numbers.
   * @throws {FileError} If the sink is closed, or a file cannot be written.
   */
  log(record: MetricRecord): void;
  /**
   * Drops the records that are not wanted: a run that goes on from a checkpoint does away with what was
   * logged after it.
   *
   * @throws {FileError} If the sink is closed, or a file cannot be written.
   */
  retain(keep: (record: MetricRecord) => boolean): void;
  /** Makes sure that what was logged outlives a power cut, as is done on close. */
  flush(): void;
  /** Flushes and closes. Closing twice is fine. */
  close(): void;
}
