/**
 * What the models of a run cost, in its report.
 *
 * @module
 */

import { writeAtomic } from "../base/files.ts";
import { FormatError } from "../base/errors.ts";
import { readTextFile } from "../base/regular_files.ts";
import { readMetrics } from "../report/metrics.ts";
import { type LaterSection, putSection, type TradeOffBlock } from "../report/mod.ts";
import type { Engine, ModelCosts, RunCosts } from "./costs.ts";
import { costsTables } from "./costs_tables.ts";
import { engineText, latencyIn, msText, threadsText } from "./costs_text.ts";
import { RUN_FILES, type RunFolder } from "./folder.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";
import { writeRunReport } from "./run_report.ts";

/** Names that a sentence has room for. */
const IN_WORDS = 12;

/**
 * Puts costs into the report of a run, in place of earlier ones; all else stays. Where there is no report a new one is
 * written, without the images that only the end of a run has.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function putCosts(
  run: RunFolder,
  recipe: ResolvedRecipe,
  result: RunResult,
  costs: RunCosts,
): Promise<void> {
  const path = run.path(RUN_FILES.report);
  const section = costsSection(costs);
  if (run.has(RUN_FILES.report)) {
    try {
      return await writeAtomic(path, await putSection(await readTextFile(path), section));
    } catch (error) {
      // It is no report any more.
      if (!(error instanceof FormatError)) throw error;
    }
  }
  const records = run.has(RUN_FILES.metrics) ? readMetrics(run.path(RUN_FILES.metrics)) : [];
  const features = { picture: null, similarity: result.similarity ?? null };
  await writeRunReport(path, recipe, result, { records, examples: [], features, costs: section });
}

/** The section: accuracy over latency for each engine, then the tables. */
export function costsSection(costs: RunCosts): LaterSection {
  const { machine, batches: [batch], threads: [threads], date } = costs;
  const { processor, processors, system, instructions, libtorch, onnxruntime } = machine;
  const pictures = (["libtorch", "onnxruntime"] as const).flatMap((engine) =>
    accuracyOverLatency(costs, engine)
  );
  const isKnown = costs.models.some(({ accuracy }) => accuracy !== null);
  return {
    id: "size-and-speed",
    heading: "Size and speed",
    text:
      `Measured on ${
        processor ?? "a processor"
      } (${processors} threads at a time, ${system}, ${instructions}), ` +
      `libtorch ${libtorch}${onnxruntime === null ? "" : `, ONNX Runtime ${onnxruntime}`}, ${
        date.slice(0, 10)
      }, models by turns. Images are already as each network wants them.`,
    blocks: [
      ...pictures,
      ...(pictures.length > 0 ? [] : [{
        kind: "text" as const,
        text: isKnown
          ? `There is no picture of accuracy over latency: nothing was measured ${batch} at once with ${
            threadsText(threads)
          }.`
          : "There is no picture of accuracy over latency: no accuracy was measured.",
      }]),
      ...costsTables(costs).map((table) => ({ kind: "table" as const, table })),
    ],
  };
}

/** The picture for one engine, of the fewest images at once and threads; none where no model has both numbers. */
function accuracyOverLatency(costs: RunCosts, engine: Engine): TradeOffBlock[] {
  const { models, batches: [batch], threads: [threads] } = costs;
  const points = (isOne: (model: ModelCosts) => boolean) =>
    models.filter(isOne).flatMap((model) => {
      const latency = latencyIn(model, { engine, batch, threads });
      const { name, accuracy } = model;
      return latency === undefined || accuracy === null
        ? []
        : [{ name, x: latency.median, y: accuracy }];
    });
  const student = points(({ kind }) => kind === "student");
  const teachers = points(({ kind }) => kind !== "student");
  const all = [...student, ...teachers];
  if (all.length === 0) return [];
  const told = all.slice(0, IN_WORDS).map(({ name, x, y }) =>
    `${name}: ${(100 * y).toFixed(1)}% at ${msText(x)} ms`
  );
  return [{
    kind: "tradeOff",
    title: `Accuracy over latency: ${engineText(engine)}, ${
      batch === 1 ? "one image" : `${batch} images`
    } at once, ${threadsText(threads)}`,
    x: "ms an image",
    y: "accuracy on test images",
    series: [
      { name: "student", points: student, strong: true },
      ...(teachers.length > 0 ? [{ name: "teachers", points: teachers }] : []),
    ],
    note: `${told.join("; ")}${all.length > IN_WORDS ? "; the others are in the tables" : ""}.`,
  }];
}
