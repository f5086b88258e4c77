/**
 * Names of repositories, by the hub's own rules.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** What is wrong with a repository's name, by the hub's own rules; null if nothing is. */
export function repositoryProblem(repo: string): string | null {
  const parts = repo.split("/");
  const well = parts.length <= 2 && parts.every((part) => /^\w(?:[\w.-]{0,94}\w)?$/.test(part));
  if (!well) {
    return `"${repo}" cannot be a repository: letters, digits, "-", "_" and "." (not first or last), ` +
      `at most 96 for each of org and name`;
  }
  if (repo.includes("--") || repo.includes("..") || repo.endsWith(".git")) {
    return `"${repo}" cannot be a repository: no "--", "..", and no ".git" at its end`;
  }
  return null;
}

/**
 * Makes sure that a repository is named as one that can be written: `org/name`.
 *
 * @throws {ArgumentError} if it is not.
 */
export function checkRepository(repository: string): void {
  const problem = repository.split("/").length === 2
    ? repositoryProblem(repository)
    : `"${repository}" has no organization or user before the name, or more than these`;
  if (problem === null) return;
  throw new ArgumentError(`${problem}. Give the repository as org/name.`);
}
