/**
 * Text for people: how wide it is on a terminal, cutting it to a width, and numbers, sizes and
 * durations in words.
 *
 * @module
 */

/** Characters that take no column of their own: combining marks, joiners, variation selectors. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

/**
 * Characters that take two columns. JavaScript has no property for East Asian width, so the wide
 * scripts are named; the ranges are CJK punctuation and symbols, and full-width forms.
 */
const TWO_COLUMNS = new RegExp(
  "^[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}" +
    "\\p{Emoji_Presentation}\\u3000-\\u303e\\u3200-\\u33ff\\uff01-\\uff60\\uffe0-\\uffe6]$",
  "u",
);

/** Half-width katakana and Hangul belong to wide scripts and are narrow all the same. */
const HALF_WIDTH = /^[\uff61-\uffdc]$/;

/** Color and cursor sequences, which a terminal obeys and does not show. */
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f]+/g;

const PLAIN_ASCII = /^[\x20-\x7e]*$/;

const SEGMENTER: Intl.Segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The columns that one character as a reader sees it takes. */
function graphemeWidth(grapheme: string): number {
  let width = 0;
  for (const character of grapheme) {
    if (ZERO_WIDTH.test(character)) continue;
    const wide = TWO_COLUMNS.test(character) && !HALF_WIDTH.test(character);
    width = Math.max(width, wide ? 2 : 1);
  }
  // U+FE0F asks for the picture form of a character that is narrow as text.
  return grapheme.includes("\ufe0f") ? 2 : width;
}

/** Removes color and cursor sequences. */
export function stripEscapes(text: string): string {
  return text.replace(ESCAPES, "");
}

/** One line without escapes and control characters, so that foreign text cannot move the cursor. */
export function oneLine(text: string): string {
  return stripEscapes(text).replace(CONTROLS, " ");
}

/**
 * The number of terminal columns that `text` takes. Color sequences count nothing, East Asian wide
 * characters and emoji count two, combining marks none.
 */
export function textWidth(text: string): number {
  if (PLAIN_ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SEGMENTER.segment(stripEscapes(text))) width += graphemeWidth(segment);
  return width;
}

/** Cuts `text` to at most `columns` columns, with an ellipsis where something was cut off. */
export function fitText(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of SEGMENTER.segment(stripEscapes(text))) {
    const wide = graphemeWidth(segment);
    if (width + wide > columns - 1) break;
    kept += segment;
    width += wide;
  }
  return kept + "…";
}

const WHOLE: Intl.NumberFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ROUGH: Intl.NumberFormat = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** A count or a rate: `16,000`, `123`, `4.2`, `0.083`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return "?";
  return Math.abs(value) >= 10 || Number.isInteger(value)
    ? WHOLE.format(value)
    : ROUGH.format(value);
}

/** A share of 1 in percent: `93.1 %`, with two digits `93.12 %`. */
export function formatPercent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A size in decimal units: `812 bytes`, `3.4 kB`, `192.4 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "?";
  if (bytes < 1000) return `${WHOLE.format(bytes)} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** The number of bytes that a text such as `20GB`, `500M` or `0` stands for; null if it is no size. */
export function parseBytes(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(text) ?? [];
  return number === undefined ? null : Number(number) * UNITS[unit.toUpperCase()];
}

/** A duration on a clock: `0:07`, `12:05`, `1:02:33`. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** A duration in words: `0.42 s`, `12.3 s`, `4 min 05 s`, `1 h 02 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`;
}
