/**
 * Compares the tag of a release with the version of the package, and looks for the version in the changelog.
 *
 *     deno run -A src/setup/release/tag.ts v0.1.0
 *
 * @module
 */

/**
 * Says what speaks against releasing under a tag.
 *
 * @param tag The tag: `v` and the version.
 * @param manifest The text of `deno.json`.
 * @param versionModule The text of the module that has the version as a constant.
 * @param changelog The text of the changelog.
 * @returns In words, what is wrong; empty if nothing is.
 */
export function tagProblems(
  tag: string,
  manifest: string,
  versionModule: string,
  changelog: string,
): string[] {
  const { version } = JSON.parse(manifest) as { version: string };
  const problems = [];
  if (tag !== `v${version}`) problems.push(`The tag is ${tag}, and deno.json has ${version}.`);
  if (!versionModule.includes(`VERSION = "${version}"`)) {
    problems.push(`src/base/version.ts does not have ${version}.`);
  }
  if (!changelog.split("\n").some((line) => line.startsWith(`## ${version}`))) {
    problems.push(`CHANGELOG.md has no section ${version}.`);
  }
  return problems;
}

if (import.meta.main) {
  const text = (name: string): string =>
    Deno.readTextFileSync(new URL(`../../../${name}`, import.meta.url));
  const problems = tagProblems(
    Deno.args[0] ?? "",
    text("deno.json"),
    text("src/base/version.ts"),
    text("CHANGELOG.md"),
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
