/**
 * A small process that ends the others if the launcher is killed without a chance to do so itself.
 *
 * @module
 */

/**
 * Reads numbers of process groups, a line whenever they change. The end of input with some left means that the launcher
 * is gone. Plain `sh`, so that it works for programs of all kinds and costs a megabyte.
 */
const SCRIPT = `
groups=
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
left=$1
while [ "$left" -gt 0 ]; do
  sleep 1
  left=$((left - 1))
  alive=
  for group in $groups; do kill -s CONT -- "-$group" 2>/dev/null && alive=1; done
  [ -n "$alive" ] || break
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
rm -rf -- "$2"
`;

/** Watches over process groups on behalf of this process. */
export class Guard {
  readonly #child: Deno.ChildProcess | undefined;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;

  /**
   * Starts watching. Where there is no `sh`, nobody watches.
   *
   * @param grace Seconds between SIGTERM and SIGKILL.
   * @param folder A folder of temporary files, which then goes, too.
   */
  constructor(grace: number, folder: string) {
    if (Deno.build.os === "windows") return;
    try {
      this.#child = new Deno.Command("sh", {
        args: ["-c", SCRIPT, "apprentice-guard", String(Math.ceil(grace)), folder],
        // Not of the launcher's group: what is sent to all of that must not end it.
        detached: true,
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      this.#input = this.#child.stdin.getWriter();
    } catch {
      // A container without a shell. The system or the scheduler has to clear up there.
    }
  }

  /** Says which groups there are now, and waits until that is on its way. */
  async watch(groups: readonly number[]): Promise<void> {
    try {
      await this.#input?.write(new TextEncoder().encode(`${groups.join(" ")}\n`));
    } catch {
      // Somebody has ended it; the processes are no worse for it.
    }
  }

  /** Stops watching. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch([]);
    await this.#input?.close().catch(() => {});
    await this.#child?.status;
  }
}
