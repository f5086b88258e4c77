/**
 * Teachers from files, folders and the hub.
 *
 * @module
 */

import { ArgumentError, FileError } from "../base/errors.ts";
import { isHubSpec, parseHubSpec, resolveHub, type ResolveHubOptions } from "../hub/mod.ts";
import { list } from "../models/registry.ts";
import { checkIsFile, isMissing, readProblem, readTextFile } from "../base/regular_files.ts";
import type { Device } from "../torch/device.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import { loadScript, type ScriptModule } from "../torch/script.ts";
import type { Tensor } from "../torch/tensor.ts";
import { descriptive, type DescriptiveTeacher } from "./descriptive.ts";
import { fileKind } from "./file_kind.ts";
import type { ForeignClassifier, ForeignModel, TokenPooling } from "./foreign_model.ts";
import { classifierOfOnnx, featuresOfOnnx } from "./from_onnx.ts";
import { classifierOfScript, featuresOfScript, type ScriptTap } from "./from_script.ts";
import { type ReadingOptions, teacherFromWeights } from "./from_weights.ts";
import { OnnxModel } from "./onnx.ts";
import { wholeNumberView } from "./onnx_input.ts";
import { ortRuntime } from "./onnx_runtime.ts";
import { predictive, type PredictiveTeacher } from "./predictive.ts";
import type { FaultyFact, ModelConfig } from "./configs/model_config.ts";
import { checkViewParts } from "../data/check_view.ts";
import type { View } from "../data/view.ts";
import { readModelConfig } from "./preprocessing_config.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import { OnDemand } from "./weights.ts";

/** How {@linkcode load} makes a teacher. What is absent is as its publisher says. */
export interface LoadTeacherOptions extends ReadingOptions {
  /**
   * `"descriptive"` (the default): only its features are used. `"predictive"`: its classes are the student's, and
   * it gives logits too.
   */
  kind?: "descriptive" | "predictive";
  /** What it is called; its place by default. */
  name?: string;
  /**
   * The architecture of a file of weights, by its name in `models.list()`, where neither file nor folder tells. Given
   * it, of a TorchScript file only the weights are read, and its program is not run.
   */
  architecture?: string;
  /** The number of classes of its head. */
  numClasses?: number;
  /** The student's class for each of the teacher's, where the order differs. */
  classes?: readonly number[];
  /** What it wants of pixels: what is given here counts more than what its publisher says. */
  view?: Partial<View>;
  /**
   * Where the features are. Of an ONNX model a tensor, the operation that computes it, or a module's name; of a
   * TorchScript module a method, or a place in what `forward` returns.
   */
  tap?: ScriptTap;
  /** Where the logits are, of an ONNX model or a TorchScript module; what it returns (first) by default. */
  logits?: ScriptTap;
  /** What becomes of tokens (B, N, D) of an ONNX model or a TorchScript module; `"class"`, the first, by default. */
  tokens?: TokenPooling;
  /** Where it runs; the CPU by default. ONNX models run where ONNX Runtime does. */
  device?: Device;
  /** What a model built here computes in; float32 by default. */
  dtype?: DType;
  /** Of the hub: token, cache, progress. */
  hub?: ResolveHubOptions;
}

/** Those with the names of twenty thousand classes have a few million. */
const mostConfigBytes = 2 ** 25;

/** ImageNet's, which most publishers' are. */
const USUAL: Pick<View, "mean" | "std"> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * Makes a teacher of what a publisher ships: a repository of the hub (`hf://org/name`), a folder with a
 * `config.json`, a file of weights, a TorchScript file (`.pt`) or an ONNX model (`.onnx`). Given raw images, it
 * resizes and normalizes them as its publisher did.
 *
 * Architecture, classes and view are read from the `config.json` of timm, transformers or OpenCLIP beside the
 * weights; without one the file's name must begin with the architecture's, as torchvision's files do. TorchScript
 * and ONNX files say nothing of their view: without `view` it is ImageNet's at 224 pixels, or at the
 * size that an ONNX model is fixed to. An ONNX model that takes whole numbers normalizes pixels itself: it is given
 * bytes from 0 to 255, resized.
 *
 * A TorchScript file is a program, which is run (see `torch.loadScript`): only if it is given itself, not if it
 * turns up in a repository, and not if `architecture` is given. An ONNX model is one of operations only: it reads and
 * starts nothing, and takes as much time and memory as whoever made it wants, also while it is opened. Weights are data.
 *
 * The file is checked here, and loaded when the teacher is first asked; `release()` frees it until then.
 *
 * @throws {ArgumentError} if the architecture is not known, the weights are another one's, or the publisher says of images
 * what cannot be meant and `view` does not say what is.
 * @throws {FormatError} if a file is damaged or refused.
 * @throws {HubError} if the hub refuses, has no such repository, or cannot be reached.
 *
 * @example
 * ```ts
 * import { models, teachers, torch } from "@apprentice/distill";
 *
 * const folder = Deno.makeTempDirSync();
 * using published = models.create("resnet20");
 * torch.saveSafetensors(`${folder}/resnet20-c1fa5.safetensors`, published.stateDict());
 *
 * using teacher = await teachers.load(`${folder}/resnet20-c1fa5.safetensors`);
 * const images = torch.zeros([2, 48, 48, 3], { dtype: "uint8" });
 * teacher.run(images).features.shape; // [2, 64]
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function load(
  spec: string,
  options: LoadTeacherOptions & { kind: "predictive" },
): Promise<PredictiveTeacher>;
/** A descriptive teacher. */
export function load(
  spec: string,
  options?: LoadTeacherOptions & { kind?: "descriptive" },
): Promise<DescriptiveTeacher>;
/** A teacher of the kind that the options say. */
export function load(spec: string, options?: LoadTeacherOptions): Promise<Teacher>;
export async function load(spec: string, options: LoadTeacherOptions = {}): Promise<Teacher> {
  const { kind = "descriptive" } = options;
  if (kind !== "descriptive" && kind !== "predictive") {
    throw new ArgumentError(`A teacher is "descriptive" or "predictive", got "${kind}".`);
  }
  if (options.view !== undefined) checkViewParts(options.view);
  const place = await find(spec, options);
  const is = place.path.isFile ? fileKind(place.path.name) : "weights";
  if (is === "onnx") return await fromOnnx(place, options);
  // A program is run only if its user chose that very file, not because a repository holds one.
  const chosen = !isHubSpec(spec) || parseHubSpec(spec).path !== "";
  if (is === "torchscript" && chosen && options.architecture === undefined) {
    return fromScript(place, options);
  }
  return fromWeights(place, options);
}

/** Where a model is, and what its publisher says of it. */
interface Place {
  /** What the user calls it. */
  readonly spec: string;
  readonly name: string;
  /** The file or folder. */
  readonly path: { readonly name: string; readonly isFile: boolean };
  readonly config: ModelConfig;
}

async function find(spec: string, options: LoadTeacherOptions): Promise<Place> {
  if (isHubSpec(spec)) {
    const snapshot = await resolveHub(spec, options.hub);
    const config = readModelConfig(snapshot.config, snapshot.preprocessor);
    const name = snapshot.weights ?? snapshot.folder;
    const path = { name, isFile: snapshot.weights !== null };
    return { spec, name: options.name ?? snapshot.repo, path, config };
  }
  const { isFile } = await statOf(spec);
  const folder = isFile ? spec.replace(/[^/\\]*$/, "") || "." : spec;
  // A file of torchvision's stands among others, so what its folder says of another model must not count.
  const config = isFile && architectureInName(spec) !== null
    ? readModelConfig(null)
    : readModelConfig(
      await readJson(`${folder}/config.json`) ?? await readJson(`${folder}/open_clip_config.json`),
      await readJson(`${folder}/preprocessor_config.json`),
    );
  return {
    spec,
    name: options.name ?? spec.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1)!,
    path: { name: spec, isFile },
    config,
  };
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) return info;
    checkIsFile(path, info);
    return info;
  } catch (cause) {
    if (!isMissing(cause)) throw readProblem(path, cause);
    throw new FileError(
      `There is no teacher at ${path}: ${(cause as Error).message}. Give a file, a folder, or ` +
        `hf://organization/name.`,
      { cause },
    );
  }
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readTextFile(path, mostConfigBytes);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** The longest name of an architecture that a file's name begins with. */
function architectureInName(path: string): string | null {
  const file = path.split(/[/\\]/).at(-1)!.replaceAll("-", "_").toLowerCase();
  const names = list().filter((name) =>
    file.startsWith(name.toLowerCase()) && !/^[a-z0-9]/.test(file.slice(name.length))
  );
  return names.sort((a, b) => b.length - a.length)[0] ?? null;
}

function fromWeights(place: Place, options: LoadTeacherOptions): Teacher {
  const { config, path, spec } = place;
  const architecture = options.architecture ?? config.architecture ?? architectureInName(path.name);
  if (architecture === null) {
    throw new ArgumentError(
      `It is not clear what architecture ${spec} is: ${
        config.problems.join("; ")
      }. Give { architecture }, one of models.list().`,
    );
  }
  const published = publishedView(place, options);
  const { kind = "descriptive", device = "cpu", dtype = "float32" } = options;
  return teacherFromWeights({
    name: place.name,
    spec,
    architecture,
    path: path.name,
    kind,
    classes: options.classes,
    numClasses: options.numClasses ?? config.numClasses ?? undefined,
    imageSize: options.view?.size?.[0] ?? config.imageSize ?? undefined,
    view: { ...published, ...options.view },
    classNames: config.labels,
    reading: {
      prefix: options.prefix,
      ignore: options.ignore,
      rename: options.rename,
      strict: options.strict,
    },
    device,
    dtype,
  });
}

/**
 * What the publisher says is done to images. What cannot be meant is an error, unless the user says what is: to take
 * another preprocessing in silence would give wrong features.
 */
function publishedView(
  { config, spec, path }: Place,
  options: LoadTeacherOptions,
): Partial<View> | null {
  const { faults } = config;
  if (faults === undefined) return config.preprocessing;
  const open = faults.facts.filter(({ field }) =>
    options.view?.[field === "cropMode" ? "cropFraction" : field] === undefined
  );
  if (open.length === 0) return faults.rest;
  const fields = [...new Set(open.map(({ field }) => examples[field]))].join(", ");
  const said = [...new Set(open.map(({ text }) => text))].join("; ");
  throw new ArgumentError(
    `${open[0].file} ${
      path.isFile ? "beside" : "in"
    } ${spec} says of images what cannot be used: ${said}. ` +
      `Say what is right, as { view: { ${fields} } }.`,
  );
}

/** How a user says what a file got wrong. */
const examples: Readonly<Record<FaultyFact["field"], string>> = {
  size: "size: [224, 224]",
  mean: "mean: [0.485, 0.456, 0.406]",
  std: "std: [0.229, 0.224, 0.225]",
  interpolation: 'interpolation: "bicubic"',
  cropFraction: "cropFraction: 0.875",
  cropMode: "cropFraction: 0.875",
};

function fromScript(place: Place, options: LoadTeacherOptions): Teacher {
  const { device = "cpu", tap, logits, tokens } = options;
  const view = { size: [224, 224] as const, ...USUAL, ...options.view };
  const weights = new OnDemand<ScriptModule>(() => loadScript(place.path.name, { device }).eval());
  const taps = {
    tap,
    logits,
    tokens,
    imageShape: [view.mean.length, ...view.size] as const,
  };
  return fromForeign(
    place,
    options,
    view,
    weights,
    "TorchScript",
    (kind) =>
      kind === "predictive"
        ? classifierOfScript(() => weights.get(), taps)
        : featuresOfScript(() => weights.get(), taps),
  );
}

async function fromOnnx(place: Place, options: LoadTeacherOptions): Promise<Teacher> {
  const { kind, tap, logits, tokens } = options;
  for (const [name, value] of Object.entries({ tap, logits })) {
    if (value === undefined || typeof value === "string") continue;
    throw new ArgumentError(`The ${name} of an ONNX model is a name, got ${typeof value}.`);
  }
  const runtime = await ortRuntime();
  const weights = new OnDemand(() =>
    new OnnxModel(runtime, place.path.name, {
      tap: tap as string | undefined,
      logits: logits as string | undefined ?? (kind === "predictive" ? true : undefined),
      tokens,
      imageSize: options.view?.size,
    })
  );
  const { imageShape: [channels, height, width], inputDType } = weights.get();
  const isWhole = !isFloatingPoint(inputDType);
  const { view: given } = options;
  let usual: Pick<View, "mean" | "std"> = USUAL;
  if (isWhole) {
    try {
      usual = wholeNumberView(place.path.name, inputDType, channels, given);
    } catch (error) {
      weights.release();
      throw error;
    }
  }
  const view = { ...usual, ...given, size: [height, width] as const };
  // Bytes that were resized as floats lie between whole numbers.
  const seen = (images: Tensor): Tensor => isWhole ? images.round().clamp(0, 255) : images;
  return fromForeign(place, options, view, weights, "ONNX", (kind) => {
    if (kind !== "predictive") {
      const model = featuresOfOnnx(() => weights.get());
      return { ...model, features: (images) => scope(() => model.features(seen(images))) };
    }
    const model = classifierOfOnnx(() => weights.get());
    return {
      ...model,
      features: (images) => scope(() => model.features(seen(images))),
      run: (images) => scope(() => model.run(seen(images))),
    };
  });
}

/** A teacher of a model that is a program by itself. */
function fromForeign(
  place: Place,
  options: LoadTeacherOptions,
  view: View,
  weights: OnDemand<Disposable>,
  architecture: string,
  make: (kind: Teacher["kind"]) => ForeignModel | ForeignClassifier,
): Teacher {
  const { kind = "descriptive", classes } = options;
  const facts: TeacherFacts = { source: place.spec, architecture };
  const common = { name: place.name, view, weights, facts };
  let model: ForeignModel | ForeignClassifier;
  try {
    model = make(kind);
  } finally {
    // It was loaded to be measured.
    weights.release();
  }
  return "run" in model
    ? predictive({ ...common, ...model, classes })
    : descriptive({ ...common, ...model });
}
