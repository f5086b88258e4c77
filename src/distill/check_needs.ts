/**
 * Whether a method gets what it asks for.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { type Batch, LabelledBatch, UnlabelledBatch } from "../data/batch.ts";
import { MixedBatch } from "../data/mixed_batch.ts";
import { Backbone } from "../models/backbone.ts";
import { Classifier } from "../nn/classifier.ts";
import type { Module } from "../nn/module.ts";
import type { Shelf } from "../teachers/shelf.ts";
import type { Needs } from "./needs.ts";

/**
 * Refuses a student and teachers that a method cannot do with. A student that has no names for its classes takes them from
 * the teachers that vote, if these agree.
 *
 * @throws {ArgumentError} if the student is no classifier, or has no stages where these are taught, teachers are too few or
 * too many, or one shares weights with it.
 * @throws {ShapeError} if one votes on another number of classes than the student has.
 */
export function checkLearners(method: string, needs: Needs, student: Module, shelf: Shelf): void {
  const { teachers: least = 1, mostTeachers: most = Infinity, voters = 0, classifier = true } =
    needs;
  if (classifier) checkClassifier(method, student);
  if (needs.stages) checkStages(method, student);
  const count = shelf.teachers.length;
  if (count < least || count > most) {
    const wanted = count < least ? least : most;
    const bound = least === most ? "exactly" : count < least ? "at least" : "at most";
    throw new ArgumentError(
      `${method} needs ${bound} ${wanted === 1 ? "one teacher" : `${wanted} teachers`}, got ${
        count === 0 ? "none" : count
      }.`,
    );
  }
  if (shelf.voters.length < voters) {
    throw new ArgumentError(
      `${method} needs at least ${voters === 1 ? "one" : voters} predictive teacher${
        voters === 1 ? "" : "s"
      }, and ${
        shelf.voters.length === 0
          ? `all ${count} are descriptive`
          : `${shelf.voters.length} of ${count} are`
      }.`,
    );
  }
  checkTeachers(student, shelf);
}

function checkClassifier(method: string, student: Module): void {
  const { features, head } = (student ?? {}) as unknown as Partial<Classifier>;
  if (typeof features === "function" && typeof head?.forward === "function") return;
  throw new ArgumentError(
    `The student of ${method} must be a Classifier, with features() and a head: both are taught.`,
  );
}

function checkStages(method: string, student: Module): void {
  if (student instanceof Backbone && student.stageDims.length > 0) return;
  throw new ArgumentError(
    `${method} teaches stages within the student, and this ${student.constructor.name} has none. Those that have them are ` +
      "SmallCnn, SmallMixer, SmallResNet, SmallVit, all of models.list(), and models of your own that extend " +
      "models.Backbone.",
  );
}

function checkTeachers(student: Module, shelf: Shelf): void {
  const own = new Set(student.parameters());
  for (const teacher of shelf.teachers) {
    if (teacher.model?.parameters().some((parameter) => own.has(parameter))) {
      throw new ArgumentError(
        `Teacher "${teacher.name}" shares parameters with the student: a teacher is frozen, so give it a copy.`,
      );
    }
    const { numClasses } = student as unknown as Partial<Classifier>;
    if (teacher.numClasses !== null && teacher.numClasses !== numClasses) {
      throw new ShapeError(
        `Teacher "${teacher.name}" has ${teacher.numClasses} classes, the student ${numClasses}. Say which of the ` +
          `student's classes the teacher's are (labelSpace, and classes where names do not tell): a teacher that knows some ` +
          `of them votes on these.`,
      );
    }
  }
  if (student instanceof Classifier) checkClassNames(student, shelf);
}

/** Numbers of classes mean the same to the student and to all that vote, as far as they have names. */
function checkClassNames(student: Classifier, shelf: Shelf): void {
  const named = shelf.voters.filter(({ classNames }) => classNames !== null);
  const [first] = named;
  if (first === undefined) return;
  const names = student.classNames ?? first.classNames!;
  for (const { name, classNames } of named) {
    const place = classNames!.findIndex((one, i) => one !== names[i]);
    if (place < 0) continue;
    // Teachers that differ among themselves say nothing of the student's classes.
    if (student.classNames === null) return;
    throw new ArgumentError(
      `The classes of teacher "${name}" are not the student's: its class ${place} is ` +
        `${JSON.stringify(classNames![place])}, the student's ${
          JSON.stringify(names[place])
        }. Give the teacher ` +
        `labelSpace, the names of the student's classes: it is matched by name; or classes, by number, where only ` +
        `the names differ.`,
    );
  }
  student.classNames ??= names;
}

/**
 * The parts of a batch, the labelled one first.
 *
 * @throws {ArgumentError} if it is not of the kind that a method needs.
 */
export function partsOf(method: string, { images }: Needs, batch: unknown): Batch[] {
  if (batch instanceof MixedBatch && taken[images].includes("mixed")) {
    return [batch.labelled, batch.unlabelled];
  }
  if (batch instanceof LabelledBatch && taken[images].includes("labelled")) return [batch];
  if (batch instanceof UnlabelledBatch && taken[images].includes("unlabelled")) return [batch];
  throw new ArgumentError(
    `${method} takes ${wanted[images]}; got ${kindOf(batch)}.${remedy(images, batch)}`,
  );
}

const taken: Readonly<Record<Needs["images"], readonly string[]>> = {
  "labelled": ["labelled"],
  "unlabelled": ["unlabelled"],
  "some labelled": ["labelled", "mixed"],
  "both": ["mixed"],
  "any": ["labelled", "unlabelled", "mixed"],
};

const wanted: Readonly<Record<Needs["images"], string>> = {
  "labelled": "images with labels, a LabelledBatch",
  "unlabelled": "images without labels, an UnlabelledBatch",
  "some labelled": "images with labels, or with and without, a LabelledBatch or a MixedBatch",
  "both": "images with and without labels, a MixedBatch",
  "any":
    "images with labels, without, or both: a LabelledBatch, an UnlabelledBatch or a MixedBatch",
};

function kindOf(batch: unknown): string {
  if (batch instanceof LabelledBatch) return 'a LabelledBatch, which carries "labels"';
  if (batch instanceof UnlabelledBatch) return "an UnlabelledBatch, which has no labels";
  if (batch instanceof MixedBatch) return "a MixedBatch of images with and without labels";
  if (typeof batch !== "object" || batch === null) return String(batch);
  return `an object with ${Object.keys(batch).join(", ") || "nothing in it"}`;
}

function remedy(images: Needs["images"], batch: unknown): string {
  if (images === "unlabelled" && (batch instanceof LabelledBatch || batch instanceof MixedBatch)) {
    return " Load a data set's unlabelled().";
  }
  if (images === "labelled" && batch instanceof MixedBatch) return " Give its labelled part alone.";
  if (images === "both" || images === "some labelled") {
    return " Put two loaders side by side with data.zipLoaders(labelled, unlabelled).";
  }
  if (batch instanceof UnlabelledBatch) return " Load a data set that has labels.";
  return " Make one of pixels with new data.UnlabelledBatch(pixels) or new data.LabelledBatch(pixels, labels).";
}
