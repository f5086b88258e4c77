/** The sub-command `export`. @module */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { formatBytes } from "../base/text.ts";
import { Command, InvalidArgumentError } from "./commander.ts";
import { work } from "./common.ts";
import { type ExportFormat, type ExportGiven, FORMATS } from "./export_formats.ts";

const NAMES = Object.keys(FORMATS);

const AFTER = `
Formats:
${NAMES.map((name) => `  ${name.padEnd(12)} ${FORMATS[name].help}`).join("\n")}

Without --out it goes to the folder export of the run, or beside the file:
${NAMES.map((name) => `  export/${FORMATS[name].file}`).join("\n")}`;

function format(text: string, before: readonly string[] = []): string[] {
  if (!Object.hasOwn(FORMATS, text)) {
    throw new InvalidArgumentError(`the formats are ${NAMES.join(", ")}.`);
  }
  return [...new Set([...before, text])];
}

/** `export RUN --to FORMAT [--out PATH]`: the student of a run in the formats of others. */
export function exportCommand(): Command<[string]> {
  return new Command("export")
    .description("write the student of a run in formats that others run")
    .argument("<run>", "the folder of a run, or a file that models.save wrote")
    .requiredOption("--to <format>", `${NAMES.join(", ")}; again for more`, format)
    .option("--out <path>", "where to; of several formats the folder of all")
    .option("--float16", "weights in half precision: half the size")
    .option("--view", "size and statistics of images are in the graph, which takes bytes")
    .option("--no-view", "they are not: the graph takes normalized images")
    .option("--push <org/name>", "uploads it to this repository of the hub, with HF_TOKEN")
    .option("--private", "the repository is private, if it is made now")
    .option("--onnx", "model.onnx beside the weights, for those who have no Python")
    .option("--license <name>", "the license that you state for it: apache-2.0, cc-by-nc-4.0, …")
    .addHelpText("after", AFTER)
    .action((source, { to, out, ...given }) =>
      work(async ({ runs }) => {
        const chosen = to as readonly string[];
        checkGiven(chosen, given);
        for (const name of chosen) {
          const format = FORMATS[name];
          const path = placeOf(source, out, format, chosen.length);
          const next = await format.write(runs, source, path, given);
          console.log(`${path}: ${formatBytes(sizeOf(path))}`);
          for (const line of next) console.log(`  ${line}`);
        }
      })
    ) as unknown as Command<[string]>;
}

/** An option that a format passes over in silence would be believed. */
function checkGiven(chosen: readonly string[], given: ExportGiven): void {
  for (const [option, value] of Object.entries(given)) {
    const knows = (name: string): boolean =>
      FORMATS[name].options.includes(option as keyof ExportGiven);
    const stranger = chosen.find((name) => !knows(name));
    if (value === undefined || stranger === undefined) continue;
    const flag = option === "view" && value === false ? "--no-view" : `--${option}`;
    throw new ArgumentError(
      `--to ${stranger} has no option ${flag}; it is for ${
        NAMES.filter(knows).join(", ") || "none of the formats"
      }. Leave it out, or export to ${stranger} by a command of its own.`,
    );
  }
  if (given.private && given.push === undefined) {
    throw new ArgumentError("--private is of the repository that --push names: give it too.");
  }
}

function placeOf(
  source: string,
  out: string | undefined,
  { file }: ExportFormat,
  count: number,
): string {
  if (out !== undefined) return count === 1 ? out : join(out, file);
  const isFolder = statOf(source)?.isDirectory ?? false;
  const folder = isFolder ? join(source, "export") : source.replace(/(\.safetensors)?$/, ".export");
  return join(folder, file);
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null; // What is wrong with it is said when it is opened.
  }
}

/** The bytes of a file, or of all files in a folder. */
function sizeOf(path: string): number {
  const info = Deno.statSync(path);
  if (!info.isDirectory) return info.size;
  return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + sizeOf(join(path, name)), 0);
}
