/**
 * The port at which the processes meet.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** A port of this machine that nobody uses; another process could take it within the moment until it is opened. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Makes sure that a port of this machine can be opened.
 *
 * @throws {ArgumentError} If it cannot, with the reason.
 */
export function checkPort(port: number): void {
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "is in use by another program"
      : `cannot be opened (${(error as Error).message})`;
    throw new ArgumentError(
      `launch: port ${port} ${reason}; give another by --master-port, the same on all machines.`,
    );
  }
}
