/** The sub-command `store`. @module */

import { formatBytes, parseBytes } from "../base/text.ts";
import { Command, InvalidArgumentError } from "./commander.ts";
import { JSON_TEXT, rooms, work } from "./common.ts";
import { planCommand } from "./store_plan.ts";
import { fillCommand, mergeCommand, statusCommand } from "./store_parts.ts";

const ROOT = ["--root <folder>", "the store's folder (default: that of the cache)"] as const;

/**
 * `store list | plan RECIPE | fill RECIPE | status RECIPE | merge FOLDER... | verify | prune --below 20GB`: what teachers said, kept
 * on disk.
 */
export function storeCommand(): Command {
  const parts = [
    listCommand(),
    planCommand(),
    fillCommand(),
    statusCommand(),
    mergeCommand(),
    verifyCommand(),
    pruneCommand(),
  ] as Command[];
  const store = new Command("store").description("look after what teachers said, kept on disk");
  return parts.reduce((all, part) => all.addCommand(part), store);
}

function listCommand(): Command {
  return new Command("list").description("what there is").option(...ROOT)
    .option(...JSON_TEXT)
    .action(async ({ root, json }) => {
      const entries = new (await rooms()).teachers.Store({ root }).list();
      if (json) return console.log(JSON.stringify(entries, null, 2));
      for (const entry of entries) {
        const { id, teacher, data, images, variants, dtype, bytes, complete, problem } = entry;
        const part = `${formatBytes(bytes).padStart(9)}  ${
          complete === 1 ? "whole" : `${Math.floor(complete * 100)}%`.padStart(5)
        }`;
        const what = `${images} images x ${variants}, ${dtype}${data === null ? "" : `, ${data}`}`;
        console.log(`${id}  ${part}  ${problem ?? `${teacher}: ${what}`}`);
      }
      if (entries.length === 0) console.log("The store is empty.");
    }) as Command;
}

function verifyCommand(): Command {
  return new Command("verify").description("read all of it and compare checksums").option(...ROOT)
    .option("--remove", "removes what is damaged: filling makes it anew")
    .action(({ root, remove }) =>
      work(async ({ teachers }, signal) => {
        const store = new teachers.Store({ root });
        const { shards, damaged, removed } = await store.verify({ remove, signal });
        for (const { path, reason } of damaged) console.log(`${path}: ${reason}`);
        const count = damaged.length;
        console.log(
          `${shards} shards, ${count} damaged${removed && count > 0 ? ", removed" : ""}.`,
        );
        Deno.exitCode = count > 0 ? 1 : 0;
      })
    ) as Command;
}

function pruneCommand(): Command {
  return new Command("prune").description("remove what was used least lately").option(...ROOT)
    .requiredOption("--below <size>", "how large it may stay, such as 20GB", bytes)
    .action(async ({ root, below }) => {
      const { teachers } = await rooms();
      const { before, after, shards } = new teachers.Store({ root }).prune(below);
      const sizes = `${formatBytes(before)} before, ${formatBytes(after)} now`;
      console.log(`${sizes}; ${shards} shards removed.`);
    }) as unknown as Command;
}

function bytes(text: string): number {
  const size = parseBytes(text);
  if (size !== null) return size;
  throw new InvalidArgumentError("it is a size such as 20GB.");
}
