/**
 * Networks in a recipe: the student and who teaches it.
 *
 * @module
 */

import { either, list, named, nullable, pair, table } from "../base/option_parts.ts";
import { choice, number, text, whole } from "../base/option_values.ts";
import { lazy, variants } from "../base/option_variants.ts";
import type { AnyTable, Option, OptionTable } from "../base/options.ts";
import type { View } from "../data/view.ts";
import { BUILD_OPTIONS } from "../models/entry.ts";
import { list as architectures } from "../models/registry.ts";
import { SMALL_MODELS } from "../models/small/all.ts";
import { OPEN_VOCABULARY_OPTIONS, type OpenVocabularyRecipe } from "./open_vocabulary_recipe.ts";
import { PROBE, type ProbeRecipe } from "./probe_recipe.ts";
import { LABEL_OPTIONS, type TeacherLabels } from "./teacher_labels.ts";

/** The student: an architecture by its name, its options beside it. */
export interface StudentRecipe<R> {
  /** A small class, such as `SmallCnn`, or one of `models.list()`. */
  readonly name: string;
  /** The number of classes; that of the labelled images, else of the voting teachers, if null. */
  readonly numClasses?: number | null;
  /** The student's view; that of the weights, or the data's size and statistics, if null. */
  readonly view?: View | null;
  /**
   * Weights to begin with: a file, `hf://org/name`, the folder of a run, or the student of a recipe, which is executed first
   * and kept in the cache. The head of a run's student that has other classes, or none, is begun anew.
   */
  readonly weights?: string | { readonly recipe: R } | null;
  /** Options of the architecture. */
  readonly [option: string]: unknown;
}

/** What every teacher in a recipe has. */
export interface TeacherBase extends TeacherLabels {
  /** The teacher's name in tables and messages. */
  readonly name?: string | null;
  /** Whether the teacher votes on the student's classes, or those of them that it knows. */
  readonly kind?: "predictive" | "descriptive";
  /** What makes it vote: a linear classifier on its features, in the place of its own head. */
  readonly probe?: ProbeRecipe | null;
}

/** A teacher: what a publisher ships (`source`), a model of one's own (`run`), or a recipe that is trained first. */
export type TeacherRecipe<R> =
  | TeacherBase & OpenVocabularyRecipe & {
    /** `hf://org/name`, a file or a folder. */
    readonly source: string;
    /** The architecture, for a file that does not tell. */
    readonly architecture?: string | null;
    /** The number of classes of its head. */
    readonly numClasses?: number | null;
    /** Where the features are, in an ONNX model or a TorchScript module. */
    readonly tap?: string | null;
    /** Where the logits are, in an ONNX model or a TorchScript module, if they are not found. */
    readonly logits?: string | null;
    /** What becomes of tokens of an ONNX model or a TorchScript module. */
    readonly tokens?: "class" | "mean" | null;
    /** The teacher's view; what is given counts more than what the publisher says. */
    readonly view?: Partial<View> | null;
  }
  | TeacherBase & {
    /** The folder of a run, or a file that `models.save` wrote. */
    readonly run: string;
  }
  | TeacherBase & {
    /** The recipe that the teacher is trained by, and kept under: the next run with the same one finds it. */
    readonly recipe: R;
  };

const side = whole({ min: 1 });
const VIEW: OptionTable<View> = {
  size: pair(side, { help: "rows and columns", wants: "two whole numbers: rows and columns" }),
  mean: list(number({}), { least: 1, help: "the mean of each channel, of values from 0 to 1" }),
  std: list(number({ above: 0 }), { least: 1, help: "the deviation of each channel" }),
  interpolation: choice(["bilinear", "bicubic", "nearest"], {
    default: "bilinear",
    help: "how pixels are resized",
  }) as OptionTable<View>["interpolation"],
  cropFraction: number({
    default: 1,
    above: 0,
    max: 1,
    help: "the part of the middle that is seen",
  }),
};

/** A view of which parts may be left out; what is left out is as published. */
const PART_OF_VIEW: AnyTable = Object.fromEntries(
  Object.entries(VIEW as AnyTable).map(([name, option]) => [name, nullable(option)]),
);

const COMMON: AnyTable = {
  numClasses: nullable(whole({ min: 0, help: "the number of classes; the data's if null" })),
  view: nullable(
    table(VIEW, { help: "what it wants of pixels; its weights' or the data's if null" }),
  ),
};

/** The student; `recipe` is what it may begin with. */
export function studentOption<R>(recipe: () => Option<R>): Option<StudentRecipe<R>> {
  const first: AnyTable = {
    recipe: lazy<R>(recipe, { wants: "a recipe", ref: "#", help: "what is executed first" }),
  };
  const weights = nullable(either<[string, object]>([text({}), table(first, {})], {}), {
    help: "weights to begin with: a file, hf://org/name, a run's folder, or { recipe }",
  });
  const zoo: AnyTable = { ...BUILD_OPTIONS, ...COMMON, weights };
  return named<StudentRecipe<R>>({
    ...Object.fromEntries(
      Object.entries(SMALL_MODELS).map(([name, { options }]) => [
        name,
        { ...options, ...COMMON, weights },
      ]),
    ),
    ...Object.fromEntries(architectures().map((name) => [name, zoo])),
  }, { what: "architecture", help: "who is taught" });
}

const BASE: AnyTable = {
  name: nullable(text({ help: "what it is called; its place if null" })),
  kind: choice(["predictive", "descriptive"], {
    default: "descriptive",
    help: "whether it votes on the student's classes",
  }),
  ...LABEL_OPTIONS,
  probe: PROBE,
};

/** Who teaches; `recipe` is what a teacher that is trained first is trained by. */
export function teachersOption<R>(recipe: () => Option<R>): Option<TeacherRecipe<R>[]> {
  const own = lazy<R>(recipe, { wants: "a recipe", ref: "#", help: "what it is trained by" });
  const one = variants<TeacherRecipe<R>>({
    source: SOURCE,
    run: { run: text({ help: "the folder of a run, or a saved model" }), ...BASE },
    recipe: { recipe: own, ...BASE },
  }, { what: "kind of teacher" });
  return list(one, { default: [], help: "who teaches" });
}

const SOURCE: AnyTable = {
  source: text({ help: "hf://org/name, a file or a folder" }),
  ...BASE,
  architecture: nullable(text({ help: "the architecture, for a file that does not tell" })),
  numClasses: nullable(whole({ min: 0, help: "the number of classes of its head" })),
  tap: nullable(text({ help: "where the features are, in ONNX and TorchScript" })),
  logits: nullable(text({ help: "where the logits are, in ONNX and TorchScript" })),
  tokens: nullable(choice(["class", "mean"], { help: "what becomes of their tokens" })),
  view: nullable(table(PART_OF_VIEW, { help: "what it wants of pixels, where not as published" })),
  ...OPEN_VOCABULARY_OPTIONS,
};
