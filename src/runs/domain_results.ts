/**
 * What a study over domains came to.
 *
 * @module
 */

import { spread } from "../report/spread.ts";
import type { Table } from "../report/table.ts";
import type { StudyResult } from "./studied.ts";

/** What came of a pair of domains. */
export interface StudiedPair {
  /** The domain with labels. */
  readonly source: string;
  /** The domain without, on whose test images students were measured. */
  readonly target: string;
  /** What tables call it: `Art → Clipart`. */
  readonly title: string;
  /** All of it. */
  readonly study: StudyResult;
}

/** A method over all pairs. */
export interface DomainMethod {
  /** The variant's title. */
  readonly title: string;
  /** Mean and deviation over the seeds, for each pair. */
  readonly pairs: readonly { readonly mean: number; readonly deviation: number }[];
  /** For each seed the accuracy on the targets' test images, the mean over the pairs. */
  readonly seeds: readonly { readonly seed: number; readonly accuracy: number }[];
  /** The mean of that over the seeds. */
  readonly mean: number;
  /** The standard deviation of the sample; 0 for one seed. */
  readonly deviation: number;
}

/** What a study over domains came to. */
export interface DomainResult {
  /** The study's name. */
  readonly name: string;
  /** The pairs in order. */
  readonly pairs: readonly StudiedPair[];
  /** The methods in order. */
  readonly methods: readonly DomainMethod[];
  /** How long all of it took, in seconds; without what was done before a break. */
  readonly seconds: number;
  /** Accuracies by pair with their mean, and paired tests. */
  readonly tables: readonly Table[];
  /** Where everything is. */
  readonly folder: string;
}

/** The methods over all pairs: what is common to the pairs' studies. */
export function methodsOver(pairs: readonly StudiedPair[]): DomainMethod[] {
  const [{ study: first }] = pairs;
  return first.variants.map(({ title, runs }, row) => {
    const own = pairs.map(({ study }) => study.variants[row]);
    const seeds = runs.map(({ seed }, i) => ({
      seed,
      accuracy: spread(own.map(({ runs }) => runs[i].result.test!.overall)).mean,
    }));
    return {
      title,
      pairs: own.map(({ mean, deviation }) => ({ mean, deviation })),
      seeds,
      ...spread(seeds.map(({ accuracy }) => accuracy)),
    };
  });
}
