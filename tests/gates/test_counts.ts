/**
 * How many tests there were.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- colors
const COLOR = /\x1b\[[\d;]*m/g;

/** What the last line of `deno test` says of passed and failed tests; "" if there is no such line. */
export function testCounts(printed: string): string {
  const lines = printed.replace(COLOR, "").matchAll(
    /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))?(?: \| [^|\n]*?)*? \| (\d+) failed/gm,
  );
  const last = [...lines].at(-1);
  return last === undefined ? "" : `${last[1]} passed, ${last[2]} failed`;
}
