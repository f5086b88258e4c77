/**
 * Environment variables that nobody should be asked about.
 *
 * @module
 */

/** Reads an environment variable without ever asking for the permission: undefined where it was not given. */
export function permittedEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
