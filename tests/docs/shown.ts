/**
 * Whether a program printed what a page shows. What is otherwise with every reader is left open: numbers, the widths of
 * columns, `…`, the things that photographs show.
 *
 * @module
 */

/** Things that a classifier of the guide tells apart: which of them it finds is its own affair. */
const THINGS = "airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck";

/** The lines of a page's output that are missing in what was printed, or come in another order. */
export function missingLines(shown: string, printed: string): string[] {
  const lines = printed.split("\n");
  const missing: string[] = [];
  let from = 0;
  for (const line of shown.split("\n").filter((line) => !/^[\s…]*$/.test(line))) {
    const wanted = patternOf(line);
    const at = lines.findIndex((printed, i) => i >= from && wanted.test(printed));
    if (at < 0) missing.push(line);
    else from = at + 1;
  }
  return missing;
}

/** A line with its open parts. */
function patternOf(line: string): RegExp {
  const open = line.trim().split(/(…|(?:\d[\d.,]*\d|\d)(?:e[-+]\d+)?)/).map((part) => {
    if (part === "…") return ".*";
    if (/^\d/.test(part)) return "(?:[\\d.,]+(?:e[-+]\\d+)?|–)";
    return part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&").replaceAll(/\s+/g, "\\s+")
      .replaceAll(/─+/g, "─+");
  });
  const things = new RegExp(`\\b(?:${THINGS})\\b`, "g");
  return new RegExp(`^\\s*${open.join("").replaceAll(things, `(?:${THINGS})`)}\\s*$`);
}
