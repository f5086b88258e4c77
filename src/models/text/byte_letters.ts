/**
 * Letters for bytes, so that any text can be written with a vocabulary of letters.
 *
 * @module
 */

/** Bytes that are letters one can see, by their code in Latin-1: they stand for themselves. */
const VISIBLE: readonly (readonly [first: number, last: number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];

/**
 * The letters that stand for bytes in byte-level vocabularies (Radford et al., Language models are unsupervised
 * multitask learners, 2019, section 2.2), in the order in which CLIP numbers them: first those that are seen, then those
 * of all other bytes, for which the letters from U+0100 on stand.
 */
export function byteLetters(): string[] {
  const visible = VISIBLE.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i))
  );
  const others = Array.from(
    { length: 256 - visible.length },
    (_, i) => String.fromCodePoint(256 + i),
  );
  return [...visible, ...others];
}
