/** What a page says of its model. @module */

import { formatBytes, formatCount, formatPercent } from "../../base/text.ts";
import type { Classifier } from "../../nn/classifier.ts";
import type { Origin, Provenance } from "../provenance.ts";
import { sharedPath } from "../shared_paths.ts";

/** What can be seen of a model itself, by name. */
export function factsOf(model: Classifier, modelBytes: number): [name: string, value: string][] {
  const { recipe, view, numClasses } = model;
  const facts: [string, string][] = [
    ["Architecture", recipe?.architecture ?? model.constructor.name],
    ["Parameters", formatCount(model.numParameters())],
    ["Size", formatBytes(modelBytes)],
    ["Classes", formatCount(numClasses)],
  ];
  if (view !== null) {
    const [height, width] = view.size;
    facts.push(["Looks at", `${width} × ${height} pixels from the middle of a photograph`]);
  }
  return facts;
}

/** What a page is called by default: its classes if there are few, else their number. */
export function titleOf({ classNames, numClasses }: Classifier): string {
  if (classNames === null || numClasses > 4 || classNames.join("").length > 60) {
    return `Which of ${formatCount(numClasses)} classes?`;
  }
  const last = classNames.at(-1)!;
  return classNames.length === 1 ? `${last}?` : `${classNames.slice(0, -1).join(", ")} or ${last}?`;
}

/** What is known of where a model comes from, by name: nothing that is a matter of this machine, such as folders. */
export function originFacts(provenance: Provenance): [name: string, value: string][] {
  const { name, recipe, origins, results, date } = provenance;
  const facts: [string, string][] = recipe === null ? [] : [["Name", name]];
  const method = (recipe?.method as { name?: string } | undefined)?.name;
  if (method !== undefined) facts.push(["Learned by", method]);
  const [taught, begun] = [false, true].map((begun) =>
    origins.filter(({ role }) => (role === "initial weights") === begun).map(originText).join(", ")
  );
  if (taught !== "") facts.push(["Teachers", taught]);
  if (begun !== "") facts.push(["Began with", begun]);
  const student = results?.find(({ kind }) => kind === "student");
  if (typeof student?.accuracy === "number" && student.images !== null) {
    const share = formatPercent(student.accuracy);
    facts.push(["Accuracy", `${share} of ${formatCount(student.images)} test images`]);
  }
  // What is no run has no date but that of its file, which a copy changes.
  if (date !== null && recipe !== null) facts.push(["Made on", date.slice(0, 10)]);
  return facts;
}

function originText({ name, license }: Origin): string {
  return license === null ? sharedPath(name) : `${sharedPath(name)} (${license.name})`;
}
