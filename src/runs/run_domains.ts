/**
 * What executes a study over pairs of domains.
 *
 * @module
 */

import { join, relative } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { say } from "../base/progress.ts";
import { formatTable } from "../report/table.ts";
import { refuseSeveral } from "./refuse_several.ts";
import { writeDomainReport } from "./domain_report.ts";
import { type DomainResult, methodsOver, type StudiedPair } from "./domain_results.ts";
import type { AnyDomainStudy, DomainChoices } from "./domain_study.ts";
import { domainTables } from "./domain_tables.ts";
import { openDomains } from "./open_domains.ts";
import { planStudy, runStudy, type RunStudyOptions, type StudyPlan } from "./run_study.ts";
import { studyValue } from "./study_json.ts";

/** How {@linkcode runDomains} goes. */
export interface RunDomainsOptions extends RunStudyOptions, DomainChoices {}

/**
 * Executes a study over domains: the study of each pair of source and target, one after the other, each in a folder of its own
 * with its own report. A recipe that several pairs begin with, such as a student trained on the source, is executed once. After a
 * break, however hard, what is done is read, and the same numbers come out.
 *
 * It leaves `comparison.txt`, `comparison.html` and `comparison.json` in its folder: a row for each method, a column for each
 * pair, and the mean.
 *
 * @throws {ArgumentError} if the study, a variant or the choices cannot be used; before anything is trained.
 * @throws {InterruptedError} if it was stopped; call it again to go on.
 *
 * @example
 * ```ts ignore
 * import digits from "./recipes/custom_kd/digits_domains.ts";
 *
 * const pairs = [["MNIST", "MNIST-M"]] as const;
 * const { tables } = await runs.runDomains(digits, { pairs, seeds: 1 });
 * tables.forEach(train.printTable);
 * ```
 */
export async function runDomains(
  study: AnyDomainStudy,
  options: RunDomainsOptions = {},
): Promise<DomainResult> {
  refuseSeveral("A study over domains");
  const { pairs, out: folder = join("runs", study.name), ...rest } = options;
  const open = openDomains(study, { pairs });
  const { only, trials, seeds, set } = rest;
  const plans: StudyPlan[] = [];
  for (const pair of open) {
    plans.push(await inPair(pair.title, () => planStudy(pair.study, { only, trials, seeds, set })));
  }
  checkTitles(open.map(({ title }) => title), plans);
  const studied: StudiedPair[] = [];
  for (const [i, { source, target, title, name, study }] of open.entries()) {
    if (rest.progress !== false) say(`${title} (${i + 1} of ${open.length})`);
    const result = await runStudy(study, { ...rest, out: join(folder, name) });
    studied.push({ source, target, title, study: result });
  }
  const methods = methodsOver(studied);
  const result: DomainResult = {
    name: study.name,
    pairs: studied,
    methods,
    seconds: studied.reduce((sum, { study }) => sum + study.seconds, 0),
    tables: domainTables(studied, methods),
    folder,
  };
  const text = result.tables.map((table) => formatTable(table)).join("\n\n");
  await writeAtomic(join(folder, "comparison.txt"), text + "\n");
  await writeAtomic(join(folder, "comparison.json"), domainJson(result));
  const reportOf = ({ study }: StudiedPair) =>
    join(relative(folder, study.folder), "comparison.html");
  await writeDomainReport(join(folder, "comparison.html"), result, reportOf);
  return result;
}

/** Says in which pair something is wrong. */
async function inPair<T>(title: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(`${title}: ${error.message}`, { cause: error });
  }
}

/** A row of the table is one method for all pairs. */
function checkTitles(pairs: readonly string[], plans: readonly StudyPlan[]): void {
  const titles = plans.map(({ plans }) => plans.map(({ variant }) => variant.title).join(", "));
  const other = titles.findIndex((own) => own !== titles[0]);
  if (other < 0) return;
  throw new ArgumentError(
    `The variants of ${pairs[other]} are ${titles[other]}, and those of ${pairs[0]} are ${
      titles[0]
    }. Give all pairs the same ` +
      `titles in the same order.`,
  );
}

/** The study as JSON for other programs: accuracies from 0 to 1, folders as they lie in the study's. */
function domainJson({ name, pairs, methods, seconds, folder }: DomainResult): string {
  const value = {
    name,
    methods: methods.map(({ title, pairs: own, seeds, mean, deviation }) => ({
      title,
      accuracy: { mean, deviation },
      seeds,
      pairs: own.map((accuracy, i) => ({
        source: pairs[i].source,
        target: pairs[i].target,
        ...accuracy,
      })),
    })),
    pairs: pairs.map(({ source, target, study }) => ({
      source,
      target,
      folder: relative(folder, study.folder),
      study: studyValue(study),
    })),
    seconds,
  };
  return JSON.stringify(value, null, 2) + "\n";
}
