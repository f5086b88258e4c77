/**
 * Every error this package throws on purpose. Each says what was wrong, with the values, and what
 * to do about it; catch {@linkcode ApprenticeError} for all of them.
 *
 * @module
 */

/** The root of all errors of this package. */
export class ApprenticeError extends Error {
  /** The class's own name, so that an uncaught error reads well. */
  override name: string;

  /** Takes what `Error` takes. A sentence that ends with another's message keeps one full stop. */
  constructor(message?: string, options?: ErrorOptions) {
    super(message?.replaceAll(doubleStop, "."), options);
    this.name = new.target.name;
  }
}

/** Two full stops at the end of a sentence, as where a message that has one is put before another. Not the folder "..". */
const doubleStop = /(?<=[^\s./\\"'`])\.\.(?=\s|$)/g;

/** An argument or option has a value that cannot be used; the message names it and the remedy. */
export class ArgumentError extends ApprenticeError {}

/** Tensor shapes do not fit together, or do not fit the layer or loss they are given to. */
export class ShapeError extends ApprenticeError {}

/** A tensor's dtype is not one that the operation takes. */
export class DTypeError extends ApprenticeError {}

/** A device does not exist or is not available, or tensors of one operation lie on several. */
export class DeviceError extends ApprenticeError {}

/** A tensor was used after it was disposed of, by itself or with its scope. */
export class DisposedError extends ApprenticeError {}

/** An index or a class label is outside its range. */
export class IndexError extends ApprenticeError {}

/** Native memory is used up. */
export class OutOfMemoryError extends ApprenticeError {}

/** libtorch refused an operation for a reason that none of the more exact errors covers. */
export class TorchError extends ApprenticeError {}

/** The native library was not found or could not be opened; lists every place looked at. */
export class LibraryError extends ApprenticeError {}

/** libtorch, the native library and this package do not fit together by version. */
export class VersionError extends ApprenticeError {}

/** Set-up could not finish: no compiler, no network, no room, a cache that cannot be written. */
export class SetupError extends ApprenticeError {}

/** A file's checksum is not the one expected: it is damaged or is another file. */
export class ChecksumError extends ApprenticeError {}

/** A file is missing, truncated, or not of the format that it claims to be. */
export class FormatError extends ApprenticeError {}

/** A file or folder could not be read or written. */
export class FileError extends ApprenticeError {}

/** Training met a number it cannot go on with, such as a loss that is not finite. */
export class TrainingError extends ApprenticeError {}

/**
 * A store of teachers' outputs cannot be used as asked: outputs are not there yet, are damaged or of another version, or
 * there is no room for them.
 */
export class StoreError extends ApprenticeError {}

/**
 * Processes that work together cannot go on: one is gone, never came, did not answer in time, failed, or is about something
 * else than the others. All of them throw it, and name the same one where that can be known.
 */
export class DistributedError extends ApprenticeError {
  /** Who it was, by rank; null where that is not known. */
  readonly rank: number | null;

  /** Takes the message and whose fault it is. */
  constructor(message: string, rank: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.rank = rank;
  }
}

/** One thing in which a run is not as the checkpoint says; see {@linkcode ResumeError}. */
export interface RunDifference {
  /** What differs: `stages.student.optimizer.groups.0.weightDecay`. */
  readonly path: string;
  /** What the checkpoint has there, as text. */
  readonly saved: string;
  /** What this run has there, as text. */
  readonly here: string;
}

/** A run cannot go on from a checkpoint because what decides its result is not as it was. */
export class ResumeError extends ApprenticeError {
  /** All that differs. */
  readonly differences: readonly RunDifference[];

  /** Takes the message and what differs. */
  constructor(message: string, differences: readonly RunDifference[], options?: ErrorOptions) {
    super(message, options);
    this.differences = differences;
  }
}
