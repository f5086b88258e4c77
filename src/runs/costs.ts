/**
 * What the models of a run cost: how large they are, and how long they take.
 *
 * @module
 */

/** What runs a model. */
export type Engine = "libtorch" | "onnxruntime";

/** How long a model takes for an image. */
export interface Latency {
  /** What runs the model. */
  readonly engine: Engine;
  /** How many images are looked at at once. */
  readonly batch: number;
  /** How many threads an operation may use. */
  readonly threads: number;
  /** The median, in milliseconds for an image. */
  readonly median: number;
  /** A quarter of the calls took less than this, in milliseconds for an image. */
  readonly lower: number;
  /** A quarter of the calls took more than this, in milliseconds for an image. */
  readonly upper: number;
  /** How many calls were measured. */
  readonly calls: number;
}

/** Something that is not known of a model. */
export interface NotMeasured {
  /** What is not known. */
  readonly what: string;
  /** The reason, in words. */
  readonly why: string;
}

/** What one model costs. The whole network counts as its file has it, its head included. */
export interface ModelCosts {
  /** The model's name, as in the run's result. */
  readonly name: string;
  /** What the model is. */
  readonly kind: "student" | "predictive" | "descriptive";
  /** The architecture's name; null if it is not known. */
  readonly architecture: string | null;
  /** The share of test images that it is right on, by the run's result; null if that was not measured. */
  readonly accuracy: number | null;
  /** The number of trained values; null if it is not known. */
  readonly parameters: number | null;
  /** Multiply-adds for an image; null if they cannot be counted. */
  readonly multiplyAdds: number | null;
  /** Channels, rows and columns of the image that they are for, which latencies are measured with. */
  readonly imageShape: readonly [channels: number, height: number, width: number] | null;
  /** The bytes of its file, or of all of them together; null if it is not known. */
  readonly bytes: number | null;
  /** How long the model takes. */
  readonly latencies: readonly Latency[];
  /** What is not known, and why. */
  readonly missing: readonly NotMeasured[];
}

/** Where costs were measured. */
export interface Machine {
  /** The processor's name; null if the system does not tell. */
  readonly processor: string | null;
  /** How many threads it runs at a time. */
  readonly processors: number;
  /** The operating system and the instruction set. */
  readonly system: string;
  /** The widest instructions that libtorch uses. */
  readonly instructions: string;
  /** The version of libtorch. */
  readonly libtorch: string;
  /** The version of ONNX Runtime; null if it was not there. */
  readonly onnxruntime: string | null;
  /** The version of this package. */
  readonly apprentice: string;
}

/** What the models of a run cost, measured together: the student first, then its teachers in order. */
export interface RunCosts {
  /** When the models were measured, in ISO 8601. */
  readonly date: string;
  /** Where the models were measured. */
  readonly machine: Machine;
  /** How many images at once were asked for. */
  readonly batches: readonly number[];
  /** How many threads were asked for. */
  readonly threads: readonly number[];
  /** The most seconds that one measurement was allowed. */
  readonly budget: number;
  /** The models. */
  readonly models: readonly ModelCosts[];
}
