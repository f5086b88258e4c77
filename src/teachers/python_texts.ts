/**
 * A list of texts as Python prints it.
 *
 * @module
 */

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

/** The texts in what Python's `repr` makes of a list of them: `['', 'layer1', "it's"]`; undefined if it is none. */
export function pythonTexts(list: string): string[] | undefined {
  const texts: string[] = [];
  // One text after the other: nothing is tried twice, however long the list is.
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|\]$)/sy;
  if (list[0] !== "[") return undefined;
  if (list === "[]") return texts;
  item.lastIndex = 1;
  while (item.lastIndex < list.length) {
    const match = item.exec(list);
    if (match === null) return undefined;
    texts.push(unescaped(match[1] ?? match[2]));
    if (match[3] === "]") return texts;
  }
  return undefined;
}

function unescaped(text: string): string {
  const code = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gs;
  return text.replace(code, (_, two, four, eight, one) => {
    const hex = two ?? four ?? eight;
    if (hex === undefined) return escapes[one] ?? one;
    const point = parseInt(hex, 16);
    return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
