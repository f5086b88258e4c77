/**
 * Environment variables, read without a question to the user.
 *
 * @module
 */

/** Reads an environment variable; undefined where it is not set, or where Deno would ask for the permission. */
export function readEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
