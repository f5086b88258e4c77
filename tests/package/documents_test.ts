import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The files of this repository that a document names: in links, and in backticks by a path from the root. */
function named(document: string): string[] {
  const text = Deno.readTextFileSync(root + document).replace(/^```[^]*?^```/gm, "");
  const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, path]) =>
    join(dirname(document), path)
  );
  const paths = [...text.matchAll(/`((?:src|ffi|native|tests|examples|recipes|docs)\/[\w./-]*)`/g)]
    .map(([, path]) => path).filter((path) => !/NAME|runs\//.test(path));
  return [...links, ...paths];
}

const documents = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "native/README.md",
  ...["docs", "docs/guide"].flatMap((folder) =>
    [...Deno.readDirSync(root + folder)].map(({ name }) => `${folder}/${name}`)
  ).filter((name) => name.endsWith(".md")),
];

for (const document of documents) {
  Deno.test(`${document} names files that are there`, () => {
    const missing = named(document).filter((path) => {
      try {
        return !Deno.statSync(join(root, path));
      } catch {
        return true;
      }
    });
    assertEquals(missing, []);
  });
}
