/** Several processes that work together, started as torchrun starts them. */

import { AssertionError } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** A port that nobody listens on. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/**
 * Runs a script in so many processes, with torchrun's variables, and waits for all.
 *
 * @param script Its address, or its path beside `import.meta.url`.
 * @throws {AssertionError} with what it printed, if one of them failed.
 */
export async function runRanks(script: URL, size: number, args: string[] = []): Promise<void> {
  const port = freePort();
  const processes = Array.from({ length: size }, (_, rank) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", "--config", config, fromFileUrl(script)]
        .concat(args),
      env: {
        MASTER_ADDR: "127.0.0.1",
        MASTER_PORT: String(port),
        RANK: String(rank),
        LOCAL_RANK: String(rank),
        WORLD_SIZE: String(size),
        // They share the cores.
        OMP_NUM_THREADS: "1",
        APPRENTICE_TIMEOUT: "120",
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output());
  const ended = await Promise.all(processes);
  const failed = ended.flatMap(({ success, stderr }, rank) =>
    success ? [] : [`Rank ${rank}:\n${new TextDecoder().decode(stderr)}`]
  );
  if (failed.length > 0) throw new AssertionError(failed.join("\n"));
}

const config = fromFileUrl(new URL("../deno.json", import.meta.url));
