/**
 * Starts processes that work together, as a launcher would.
 *
 * @module
 */

/** How a process ended, and what it printed. */
export interface Ended {
  readonly rank: number;
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the processes are told beside their ranks. */
export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Which ranks are started; all by default. */
  readonly only?: readonly number[];
  /** Seconds after which those that still run are killed. */
  readonly within?: number;
  /** Told the processes, in the order of ranks, once all are started. */
  readonly started?: (children: readonly Deno.ChildProcess[]) => void;
}

/** A port that nobody listened to a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Runs a script in `count` processes with one thread each, and waits until all have ended. */
export async function startRanks(
  count: number,
  script: URL,
  { args = [], env = {}, only, within = 60, started }: StartOptions = {},
): Promise<Ended[]> {
  const port = String(freePort());
  const ranks = only ?? Array.from({ length: count }, (_, rank) => rank);
  const children = ranks.map((rank) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script.href, ...args],
      env: {
        NO_COLOR: "1",
        OMP_NUM_THREADS: "1",
        MASTER_ADDR: "127.0.0.1",
        MASTER_PORT: port,
        WORLD_SIZE: String(count),
        RANK: String(rank),
        LOCAL_RANK: String(rank),
        ...env,
      },
      stdout: "piped",
      stderr: "piped",
    }).spawn()
  );
  started?.(children);
  return await Promise.all(children.map(async (child, i) => {
    const rank = ranks[i];
    const late = setTimeout(() => child.kill("SIGKILL"), 1000 * within);
    try {
      const { code, signal, stdout, stderr } = await child.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { rank, code, signal, stdout: text(stdout), stderr: text(stderr) };
    } finally {
      clearTimeout(late);
    }
  }));
}

/** What each process has printed as its last line, which is JSON; throws what one says that failed. */
export function resultsOf<T>(ended: readonly Ended[]): T[] {
  return ended.map(({ rank, code, signal, stdout, stderr }) => {
    if (code !== 0) {
      throw new Error(`rank ${rank} ended with ${signal ?? code}:\n${stdout}${stderr}`);
    }
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
  });
}
