/** What several machines do to one store: the verbs `fill`, `status` and `merge` of `store`. @module */

import { formatBytes, formatCount } from "../base/text.ts";
import type { StoreStatus } from "../runs/fill.ts";
import { Command, InvalidArgumentError } from "./commander.ts";
import { count, JSON_TEXT, QUIET, type rooms, SET, work } from "./common.ts";

const RECIPE = ["<recipe>", "a recipe, or a study, whose last variant counts"] as const;

/** `store fill RECIPE [--part 1/4]`: asks the teachers, and keeps what they say. */
export function fillCommand(): Command<[string]> {
  return new Command("fill").description("ask the teachers of a recipe, and keep what they say")
    .argument(...RECIPE)
    .option(...SET)
    .option("--part <i/n>", "a share of the work, from 1/n to n/n, for several machines", share)
    .option(...QUIET)
    .action((path, { set = [], part, quiet }) =>
      work(async ({ runs }, signal) => {
        const recipe = await runs.shelfFile(path, set);
        await runs.fill(recipe, { part, signal, progress: !quiet });
      })
    ) as Command<[string]>;
}

/** `store status RECIPE [--parts 4]`: which teachers, images and shares are missing. */
export function statusCommand(): Command<[string]> {
  return new Command("status").description("say what the store of a recipe still lacks")
    .argument(...RECIPE)
    .option(...SET)
    .option("--parts <n>", "in how many shares it is filled, to tell of each", count)
    .option(...JSON_TEXT)
    .action((path, { set = [], parts, json }) =>
      work(async ({ runs, train }, signal) => {
        const found = await runs.storeStatus(await runs.shelfFile(path, set), { parts, signal });
        if (json) console.log(JSON.stringify(found, null, 2));
        else for (const one of found) describe(one, train.printTable);
        Deno.exitCode = found.every(({ whole }) => whole) ? 0 : 1;
      })
    ) as Command<[string]>;
}

/** `store merge FOLDER... [--into FOLDER]`: checks what several machines made, and joins it. */
export function mergeCommand(): Command<[string[]]> {
  return new Command("merge").description("check what several machines stored, and join it")
    .argument("<folder...>", "the stores' folders; they stay as they are")
    .option("--into <folder>", "the store that has all of it then (default: that of the cache)")
    .option("--tolerance <share>", "how far the same rows may differ, such as 0.002", Number)
    .option("--others", "joins parts of other recipes too")
    .option(...JSON_TEXT)
    .action((folders: string[], { into, json, ...options }) =>
      work(async ({ teachers }, signal) => {
        const store = new teachers.Store({ root: into });
        const merged = await teachers.mergeStores(store, folders, { ...options, signal });
        if (json) return console.log(JSON.stringify(merged, null, 2));
        const { copied, bytes, same, entries } = merged;
        for (const { teacher, complete } of entries) {
          if (complete < 1) console.log(`${teacher}: ${percent(complete)}`);
        }
        const whole = entries.filter(({ complete }) => complete === 1).length;
        console.log(
          `${copied} ${copied === 1 ? "shard" : "shards"} copied (${
            formatBytes(bytes)
          }), ${same} there several times; ` +
            `${whole} of ${entries.length} teachers whole, in ${store.root}.`,
        );
      })
    ) as Command<[string[]]>;
}

function describe(
  { root, images, entries, parts, whole }: StoreStatus,
  print: Awaited<ReturnType<typeof rooms>>["train"]["printTable"],
): void {
  const lacking = entries.filter(({ missingShards }) => missingShards > 0);
  const title = `${root}: ${formatCount(images)} images, ${entries.length} teachers, ${
    whole ? "whole" : `${lacking.length} not whole`
  }`;
  if (whole) return console.log(title);
  print({
    title,
    columns: [
      { title: "teacher" },
      { title: "there", kind: "percent", digits: 0 },
      { title: "shards missing", kind: "count" },
      { title: "being made", kind: "count" },
      { title: "bytes missing" },
      { title: "images missing, by variant" },
    ],
    rows: lacking.map((entry) => [
      entry.teacher,
      1 - entry.missingShards / entry.shards,
      entry.missingShards,
      entry.claimedShards,
      formatBytes(entry.missingBytes),
      rangesText(entry.missing),
    ]),
  });
  if (parts.length === 0) return;
  const lost = parts.filter(({ missingShards }) => missingShards > 0);
  console.log(
    `Parts that are missing: ${
      lost.map(({ index, of, missingShards, shards }) =>
        `${index + 1}/${of}${
          missingShards < shards ? ` (${missingShards} of ${shards} shards)` : ""
        }`
      ).join(", ")
    }.`,
  );
}

/** The first ranges of images, and how many there are beside. */
function rangesText(ranges: StoreStatus["entries"][number]["missing"]): string {
  const shown = ranges.slice(0, 3).map(({ variant, begin, end }) =>
    `${variant}: ${begin}-${end - 1}`
  );
  const more = ranges.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}

function share(text: string): { index: number; of: number } {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const found = { index: Number(part) - 1, of: Number(of) };
  if (found.index >= 0 && found.index < found.of) return found;
  throw new InvalidArgumentError("it is a share such as 1/4.");
}
