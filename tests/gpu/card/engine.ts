/**
 * The card of this machine, or a pretended one where the tests run on the processor.
 *
 * @module
 */

const isReal = Deno.env.get("APPRENTICE_TEST_DEVICE")?.startsWith("cuda");

/** What counts waits and records graphs. */
export const { takeWaits, forbidWaits, graphs } = isReal
  ? await import("./real.ts")
  : await import("./card.ts");
