/**
 * Who imports whom, as Deno itself sees it.
 *
 * @module
 */

import { fromFileUrl, join, relative, toFileUrl } from "@std/path";
import { sources } from "./sources.ts";

/** By file, the files that it imports, and whether only types come from there. Paths start at the root. */
export type ImportGraph = Map<string, Map<string, { typeOnly: boolean }>>;

interface Resolved {
  specifier?: string;
  error?: string;
}

interface Info {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: { specifier: string; code?: Resolved; type?: Resolved }[];
  }[];
}

/** Asks Deno for the imports of all files in `places`, which are files and folders under `root`. */
export async function importGraph(root: string, places: readonly string[]): Promise<ImportGraph> {
  const files = places.flatMap((place) => [...sources(root, place)]);
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    // One file that imports all: files that nothing imports (workers, programs) count, too.
    await Deno.writeTextFile(
      entry,
      files.map((file) => `import ${JSON.stringify(toFileUrl(join(root, file)).href)};\n`).join(""),
    );
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: root,
    }).output();
    if (!success) throw new Error(`deno info: ${new TextDecoder().decode(stderr)}`);
    return graphOf(JSON.parse(new TextDecoder().decode(stdout)), root);
  } finally {
    await Deno.remove(entry);
  }
}

function graphOf({ modules }: Info, root: string): ImportGraph {
  const here = toFileUrl(root).href.replace(/\/?$/, "/");
  const place = (specifier: string): string => relative(root, fromFileUrl(specifier));
  const graph: ImportGraph = new Map();
  for (const { specifier, error, dependencies = [] } of modules) {
    if (!specifier.startsWith(here)) continue;
    if (error !== undefined) throw new Error(error);
    const imports: Map<string, { typeOnly: boolean }> = new Map();
    for (const { code, type } of dependencies) {
      for (const [resolved, typeOnly] of [[type, true], [code, false]] as const) {
        if (resolved?.error !== undefined) {
          throw new Error(`${place(specifier)}: ${resolved.error}`);
        }
        if (!resolved?.specifier?.startsWith(here)) continue;
        const target = place(resolved.specifier);
        imports.set(target, { typeOnly: typeOnly && imports.get(target)?.typeOnly !== false });
      }
    }
    graph.set(place(specifier), imports);
  }
  return graph;
}
