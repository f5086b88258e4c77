/**
 * The demo of CustomKD, from the command line to the report.
 *
 * @module
 */

import { RUN_FILES } from "../../runs/folder.ts";
import { printTable } from "../../report/table.ts";
import { CUSTOM_KD_DEMO, type CustomKdDemoOptions, ROWS, runCustomKdDemo } from "./custom_kd.ts";
import { type DemoCommandOptions, runSeeds } from "./many_seeds.ts";
import {
  classTable,
  commonSections,
  demoFacts,
  leaveResult,
  type ModelResult,
  percentOf,
  resultTable,
} from "./report.ts";

/** Runs the demo with one seed or several. */
export function customKdDemo(options: DemoCommandOptions): Promise<void> {
  return runSeeds(
    "customkd",
    options,
    CUSTOM_KD_DEMO,
    (folder, config) =>
      customKdRun({ folder, config, fresh: options.fresh, signal: options.signal }),
  );
}

/** Runs the demo once, prints its tables and writes its report; returns the rows. */
export async function customKdRun(options: CustomKdDemoOptions): Promise<ModelResult[]> {
  const { config, folder } = options;
  const start = performance.now();
  const result = await runCustomKdDemo(options);
  const { models, datasets, classNames } = result;
  const { sizes, teaching } = config;
  const labels = sizes.labelsPerClass * classNames.length;
  const table = {
    ...resultTable("Accuracy on test images", models, datasets),
    note: `The student has ${labels} labels, ${sizes.labelsPerClass} of each class. The teacher ` +
      `stands in for a large pre-trained model: it was trained on ${sizes.forTeacher} other images ` +
      `with labels, and is frozen. Only its features are used; its accuracy here is that of a ` +
      `linear classifier on them, trained on the student's ${labels} labels.`,
  };
  printTable(table);
  printTable(classTable(models, classNames));
  const percent = (name: string) => percentOf(models, name);
  await leaveResult(folder, {
    title: "CustomKD: one large teacher, ten labels of each class",
    subtitle: `${
      datasets.join(", ")
    }: ${labels} labelled and ${sizes.unlabelled} unlabelled images`,
    summary: `A student of ${models[1].parameters} values was trained on ${labels} labelled ` +
      `images, then taught with ${sizes.unlabelled} more images without labels by a teacher of ` +
      `${models[0].parameters} values, which was trained on other labelled images. It is right on ${
        percent(ROWS.before)
      } of ` +
      `the test images before, ${percent(ROWS.featureKd)} after plain feature distillation, ` +
      `${percent(ROWS.customKd)} after CustomKD; a linear classifier on the teacher's ` +
      `features on ${percent(ROWS.teacher)}.`,
    highlights: [
      { label: "CustomKD", value: percent(ROWS.customKd), note: "student" },
      { label: "feature distillation", value: percent(ROWS.featureKd), note: "the same student" },
      { label: "before", value: percent(ROWS.before), note: `from ${labels} labels alone` },
      { label: "teacher", value: percent(ROWS.teacher), note: "linear classifier on its features" },
    ],
    sections: commonSections({
      table,
      models,
      classNames,
      metrics: folder.path(RUN_FILES.metrics),
      runs: ["feature distillation", "CustomKD"],
      losses: {
        loss: "total",
        feature: "feature",
        customization: "customization",
        customized: "customized feature",
        general: "general feature",
        labelled: "labels",
        entropy: "entropy",
      },
      time: ["taught", `passes over the unlabelled images, of ${teaching.epochs}`],
    }),
    facts: demoFacts(config.seed, (performance.now() - start) / 1000),
    config,
  }, result);
  return models;
}
