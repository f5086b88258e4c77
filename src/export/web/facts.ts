/** What a page says of its model. @module */

import { formatBytes, formatCount } from "../../base/text.ts";
import type { Classifier } from "../../nn/classifier.ts";

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
