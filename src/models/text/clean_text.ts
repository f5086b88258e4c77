/**
 * Texts as CLIP's tokenizer takes them.
 *
 * @module
 */

/** What is used of the package that knows HTML's names of characters. */
export interface EntityDecoder {
  /** Decodes references that end with a semicolon, and those old ones that need none. */
  decodeHTML(text: string): string;
  /** Decodes references that end with a semicolon. */
  decodeHTMLStrict(text: string): string;
}

/** Single characters for several Latin letters: digraphs of keyboards and of typesetting. */
const LIGATURES = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g;

/** Forms of letters that are as wide as an ideograph, or half as wide; and the space between ideographs. */
const WIDTHS = /[\u3000\uff01-\uffef]/g;

/** Sequences that color a terminal. */
// deno-lint-ignore no-control-regex
const TERMINAL = /\x1b\[[\d;]*[a-zA-Z]/g;

/** Characters that are no text: controls but those of lines and columns, marks of annotations and of byte order. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

/** How often a text is gone over until nothing changes; a text that is escaped more often is none. */
const ROUNDS = 16;

/**
 * A text as CLIP was trained on: references of HTML are decoded, quotation marks made straight, characters of other
 * widths and ligatures made usual ones, control characters left out, spaces made one, and letters small. That is what
 * OpenAI's and OpenCLIP's tokenizers do (with ftfy), but for text that was decoded by a wrong code page, which they guess
 * and mend.
 */
export function cleanText(text: string, entities: EntityDecoder): string {
  let fixed = text.toWellFormed();
  for (let round = 0; round < ROUNDS; round++) {
    const next = fixOnce(fixed, entities);
    if (next === fixed) break;
    fixed = next;
  }
  return entities.decodeHTML(entities.decodeHTML(fixed))
    .replace(/\p{White_Space}+/gu, " ").replace(/^ | $/g, "").toLowerCase();
}

function fixOnce(text: string, entities: EntityDecoder): string {
  // With an angle bracket it may be HTML that is meant to be read.
  const decoded = text.includes("<") ? text : entities.decodeHTMLStrict(text);
  return decoded
    .replace(/[\x80-\x9f]/g, fromWindows)
    .replace(LIGATURES, (letters) => letters === "\ufb05" ? "\u017ft" : letters.normalize("NFKC"))
    .replace(WIDTHS, (letter) => letter.normalize("NFKC"))
    .replace(/[\u201c-\u201f]/g, '"').replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/\r\n|[\r\u2028\u2029\x85]/g, "\n")
    .replace(TERMINAL, "").replace(CONTROLS, "")
    .normalize("NFC");
}

const windows: TextDecoder = new TextDecoder("windows-1252");

/** What a control character is in the code page of Windows, which it was meant in. */
function fromWindows(control: string): string {
  return windows.decode(Uint8Array.of(control.charCodeAt(0)));
}
