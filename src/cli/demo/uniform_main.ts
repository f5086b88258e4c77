/**
 * The demo of UNIFORM, from the command line to the report.
 *
 * @module
 */

import { RUN_FILES } from "../../runs/folder.ts";
import { printTable } from "../../report/table.ts";
import { voteSection } from "../../runs/vote_section.ts";
import { type DemoCommandOptions, runSeeds } from "./many_seeds.ts";
import {
  classTable,
  commonSections,
  demoFacts,
  leaveResult,
  type ModelResult,
  percentOf,
  resultTable,
  voteTable,
} from "./report.ts";
import { runUniformDemo, UNIFORM_DEMO, type UniformDemoOptions } from "./uniform.ts";

/** Runs the demo with one seed or several. */
export function uniformDemo(options: DemoCommandOptions): Promise<void> {
  return runSeeds(
    "uniform",
    options,
    UNIFORM_DEMO,
    (folder, config) =>
      uniformRun({ folder, config, fresh: options.fresh, signal: options.signal }),
  );
}

/** Runs the demo once, prints its tables and writes its report; returns the rows. */
export async function uniformRun(options: UniformDemoOptions): Promise<ModelResult[]> {
  const { config, folder } = options;
  const start = performance.now();
  const result = await runUniformDemo(options);
  const { models, datasets, classNames, votes } = result;
  const table = resultTable("Accuracy on test images", models, datasets);
  printTable(table);
  printTable(classTable(models, classNames));
  printTable(voteTable(votes));
  const percent = (name: string) => percentOf(models, name);
  const seconds = (performance.now() - start) / 1000;
  await leaveResult(folder, {
    title: "UNIFORM: eight teachers, one student, no labels",
    subtitle: `${datasets.join(" and ")} as one label space of ${classNames.length} classes`,
    summary: `The student learned from ${config.unlabelled} images without labels. It is right on ${
      percent("student, UNIFORM")
    } of the test images; trained by plain knowledge distillation on ${
      percent("student, plain KD")
    }; the five predictive teachers together are right on ${percent("ensemble")}.`,
    highlights: [
      { label: "UNIFORM", value: percent("student, UNIFORM"), note: "student" },
      { label: "plain KD", value: percent("student, plain KD"), note: "the same student" },
      { label: "ensemble", value: percent("ensemble"), note: "five predictive teachers" },
    ],
    sections: [
      ...commonSections({
        table,
        models,
        classNames,
        metrics: folder.path(RUN_FILES.metrics),
        runs: ["KD", "UNIFORM"],
        losses: {
          loss: "total",
          logit: "logit transfer",
          feature: "feature transfer",
          reconstruction: "reconstruction",
        },
      }),
      voteSection(votes),
    ],
    facts: demoFacts(config.seed, seconds),
    config,
  }, result);
  return models;
}
