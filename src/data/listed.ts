/**
 * Names of classes in messages.
 *
 * @module
 */

/** The first `most` names, and how many more there are. */
export function listed(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name)).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
