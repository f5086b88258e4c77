import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { circles } from "./circles.ts";
import { directionFaults } from "./direction.ts";
import { importGraph } from "./import_graph.ts";

const order = {
  floors: [["ground"], ["left", "right"], ["top"], ["mod.ts"]],
  only: { top: ["left"] },
  excepted: [{ from: "src/left/tree.ts", to: "src/left/leaf.ts" }],
};

/** The faults of a tree of files that is written for it. */
async function faults(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return directionFaults(await importGraph(root, ["mod.ts", "src"]), order);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const sound = {
  "mod.ts": 'export * from "./src/top/page.ts";',
  "src/top/page.ts": 'import "../left/tree.ts";',
  "src/left/tree.ts": 'import type { Leaf } from "./leaf.ts";\nexport type Tree = Leaf[];',
  "src/left/leaf.ts":
    'import type { Tree } from "./tree.ts";\nimport "../right/pair.ts";\nexport type Leaf = 1 | Tree;',
  "src/right/pair.ts": 'import "../ground/number.ts";',
  "src/ground/number.ts": "export const one = 1;",
};

Deno.test("imports that go down and sideways, and a circle that is excepted, are no faults", async () => {
  assertEquals(await faults(sound), []);
});

Deno.test("an upward import is named, of types and of a file that nobody imports, too", async () => {
  const found = await faults({
    ...sound,
    "src/ground/number.ts": 'export type { Leaf } from "../left/leaf.ts";',
    "src/left/program.ts": 'const page = await import("../top/page.ts");\nconsole.log(page);',
  });
  assert(found.includes("upward: src/ground/number.ts imports a type of src/left/leaf.ts"));
  assert(found.includes("upward: src/left/program.ts imports src/top/page.ts"));
});

Deno.test("circles of files and of neighboring rooms are named in full", async () => {
  const found = await faults({
    ...sound,
    "src/right/pair.ts": 'import "./other.ts";',
    "src/right/other.ts": 'import "./third.ts";\nimport "../left/single.ts";',
    "src/right/third.ts": 'import type { Pair } from "./pair.ts";\nexport type Third = Pair;',
    "src/left/single.ts": "export {};",
  });
  assertEquals(found, [
    "circle of rooms: left -> right -> left",
    "circle: src/right/other.ts -> src/right/third.ts -(type)-> src/right/pair.ts -> src/right/other.ts",
  ]);
});

Deno.test("a room without a floor, a room that a page may not use and an idle exception are named", async () => {
  assertEquals(
    await faults({
      ...sound,
      "src/left/tree.ts": "export type Tree = 1;",
      "src/top/page.ts": 'import "../ground/number.ts";',
      "src/attic/box.ts": "export {};",
    }),
    [
      "no floor: src/attic/box.ts is in a room that the table does not have",
      "not among the rooms it may use: src/top/page.ts imports src/ground/number.ts",
      "exception that nothing needs: src/left/tree.ts imports no type of src/left/leaf.ts",
    ],
  );
});

Deno.test("the arrows in circles are those whose end leads back to their start", () => {
  let state = 7;
  const random = () => (state = state * 48271 % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round++) {
    const nodes = Array.from({ length: 2 + Math.floor(random() * 7) }, (_, i) => `n${i}`);
    const share = random() * 0.5;
    const graph = new Map(nodes.map((node) => [node, nodes.filter(() => random() < share)]));
    const reach = new Map(nodes.map((node) => [node, new Set(graph.get(node))]));
    for (const k of nodes) {
      for (const i of nodes) {
        if (reach.get(i)!.has(k)) { for (const j of reach.get(k)!) reach.get(i)!.add(j); }
      }
    }
    const expected = nodes.flatMap((from) =>
      graph.get(from)!.filter((to) => to === from || reach.get(to)!.has(from)).map((to) =>
        `${from} ${to}`
      )
    );
    const found = circles(graph).flatMap((circle) =>
      circle.map((from, i) => `${from} ${circle[(i + 1) % circle.length]}`)
    );
    assertEquals([...new Set(found)].sort(), expected.sort());
  }
});
