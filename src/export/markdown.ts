/**
 * Markdown of what others may have written.
 *
 * @module
 */

import { oneLine } from "../base/text.ts";

/** A text as one line of Markdown that means nothing but itself. */
export function plainText(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>|#~]/g, (character) => `\\${character}`);
}

/** A text in the type of code. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll("|", "\\|");
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** A block of a program. */
export function block(language: string, program: string): string {
  return `\`\`\`${language}\n${program}\n\`\`\``;
}

/** A table; cells are Markdown already. */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
