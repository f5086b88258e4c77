/**
 * How student and teachers do on test images, in the report of a run.
 *
 * @module
 */

import {
  calibrationBlocks,
  classBars,
  exampleGallery,
  type ExamplePrediction,
  perClassAccuracy,
} from "../report/mod.ts";
import type { ReportSection } from "../report/mod.ts";
import type { ModelResult, RunResult } from "./result.ts";
import { modelTable } from "./result_tables.ts";

/** Accuracies, confidence, confusion, examples; nothing where there are no test images. */
export function testSections(
  { test, models, before }: RunResult,
  examples: readonly ExamplePrediction[],
): ReportSection[] {
  if (test === null) return [];
  const classes = [...(test.classNames ?? test.byClass.map((_, i) => String(i)))];
  const able = models.filter(({ accuracy }) => accuracy?.byClass.length === classes.length);
  const known = (shares: readonly number[]) =>
    shares.map((value) => Number.isFinite(value) ? value : null);
  const byClass = perClassAccuracy(
    classes,
    able.map(({ name, accuracy }) => ({ name, accuracy: known(accuracy!.byClass) })),
  );
  return [
    {
      heading: "Accuracy on test images",
      text: "The student saw no test image, and no setting was chosen on one here.",
      blocks: [{ kind: "table", table: modelTable([...models, ...earlier(before, models)]) }],
    },
    {
      heading: "Accuracy by class",
      blocks: [
        classBars(classes, known(test.byClass), "student"),
        ...(able.length > 1 ? [byClass] : []),
      ],
    },
    {
      heading: "How sure the student is",
      text: "A student that is as often right as it is sure has bars that end at the line.",
      blocks: calibrationBlocks(test.calibration),
    },
    ...(test.confusion.length === classes.length
      ? [{
        heading: "What the student takes for what",
        blocks: [{
          kind: "confusion" as const,
          title: "Confusion on the test images",
          classes,
          counts: test.confusion,
        }],
      }]
      : []),
    ...(examples.length > 0
      ? [{
        heading: "Examples",
        blocks: [exampleGallery(examples, {
          title: "Test images, and what the student says",
          atMost: 28,
        })],
      }]
      : []),
  ];
}

/** The student as it was before it learned, where that was measured. */
function earlier(before: RunResult["before"], models: readonly ModelResult[]): ModelResult[] {
  const student = models.find(({ kind }) => kind === "student");
  if (!before || student === undefined) return [];
  return [{ ...student, name: "student before", accuracy: before }];
}
