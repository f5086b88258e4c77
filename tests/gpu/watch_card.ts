/**
 * How busy a card is, as its driver says.
 *
 * @module
 */

/** What the driver said at a time. */
export interface Sample {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The share of the time just before in which the card computed anything. */
  readonly busy: number;
}

/** Asks the driver ten times a second, until it is disposed of; adds nothing where there is no `nvidia-smi`. */
export function watchCard(samples: Sample[]): Disposable {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--loop-ms=100"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return { [Symbol.dispose]: () => {} };
  }
  const read = async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      for (const line of text.split("\n")) {
        const busy = Number(line) / 100;
        if (line.trim() !== "" && Number.isFinite(busy)) samples.push({ at: Date.now(), busy });
      }
    }
  };
  read().catch(() => {});
  return {
    [Symbol.dispose]() {
      try {
        child.kill();
      } catch {
        // It has ended by itself.
      }
    },
  };
}

/** The mean share of a window in which the card computed nothing; nothing where it was not watched. */
export function busyShares(
  samples: readonly Sample[],
  window: readonly [from: number, to: number] | undefined,
): { cardWaits?: number } {
  if (window === undefined) return {};
  const within = samples.filter(({ at }) => at >= window[0] && at <= window[1]);
  if (within.length === 0) return {};
  return { cardWaits: 1 - within.reduce((sum, { busy }) => sum + busy, 0) / within.length };
}
