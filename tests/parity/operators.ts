/**
 * Calls everything that has a typed form with PyTorch's own operator and module test data, compares values and
 * gradients with PyTorch's, and prints a table.
 *
 *     python tests/parity/operators.py FOLDER
 *     deno run -A tests/parity/operators.ts FOLDER [part of a name]
 *
 * @module
 */

import { emptyReport, replay, type Report } from "./replay.ts";

const [folder, part = ""] = Deno.args;
const names = [...Deno.readDirSync(folder)].map((entry) => entry.name)
  .filter((name) => name.endsWith(".json") && name.includes(part)).sort();
const total = emptyReport();
let covered = 0;
const notes: string[] = [];
console.log("| name | samples | values right | wrong | gradients right | wrong | refused |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const name of names) {
  const report = replay(`${folder}/${name.slice(0, -5)}`);
  for (const key of Object.keys(total) as (keyof Report)[]) {
    if (key !== "notes") total[key] += report[key];
  }
  if (report.values + report.refused > 0) {
    covered++;
    console.log(row(name.slice(0, -5), report));
  }
  for (const [note, count] of report.notes) notes.push(`${name.slice(0, -5)}: ${count} x ${note}`);
}
console.log(row(`all ${covered} of ${names.length}`, total));
console.log(
  `\n${total.absent} samples can be called in no way; ${total.byName} were called by torch.call.\n`,
);
console.log(notes.join("\n"));
if (total.wrongValues + total.wrongGradients > 0) Deno.exit(1);

function row(name: string, r: Report): string {
  const cells = [
    name,
    r.samples,
    r.values - r.wrongValues,
    r.wrongValues,
    r.gradients - r.wrongGradients,
    r.wrongGradients,
    r.refused,
  ];
  return `| ${cells.join(" | ")} |`;
}
