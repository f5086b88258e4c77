import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import { embed, EMBEDDING_METHODS } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  JSON.parse(Deno.readTextFileSync(new URL(`../golden/${name}.json`, import.meta.url)));

const OF_EACH = 20;

/** Three clusters in 60 dimensions, 20 images of each, one cluster after the other. */
function clusters(seed: number): torch.Tensor {
  return torch.keep(torch.scope(() => {
    torch.manualSeed(seed);
    const centers = torch.randn([3, 60]).mul(3).repeatInterleave(OF_EACH, 0);
    return centers.add(torch.randn([3 * OF_EACH, 60])).to(device);
  }));
}

/** For how many points the nearest other one is of the same cluster, as a share. */
function purity(points: readonly (readonly [number, number])[]): number {
  const pure = points.filter(([x, y], i) => {
    let [nearest, least] = [-1, Infinity];
    points.forEach(([a, b], j) => {
      const distance = (a - x) ** 2 + (b - y) ** 2;
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    });
    return Math.floor(nearest / OF_EACH) === Math.floor(i / OF_EACH);
  });
  return pure.length / points.length;
}

test("clusters stay clusters, and one seed gives one picture", async () => {
  using features = clusters(1);
  for (const method of EMBEDDING_METHODS) {
    const points = await embed(features, { method, seed: 3 });
    assertEquals(points.length, 60);
    assert(points.every((point) => point.length === 2 && point.every(Number.isFinite)));
    assertEquals(purity(points), 1, method);
    assertEquals(await embed(features, { method, seed: 3 }), points);
    const other = await embed(features, { method, seed: 4 });
    if (method === "pca") assertEquals(other, points);
    else assertNotEquals(other, points);
  }
});

test("principal components are scikit-learn's", async () => {
  const { features } = golden("cka") as { features: number[][][] };
  for (const [i, expected] of (golden("principal_components").points as number[][][]).entries()) {
    using rows = torch.tensor(features[i], { dtype: "float64", device });
    assertClose(await embed(rows, { method: "pca" }), expected, { rtol: 1e-9, atol: 1e-12 });
  }
});

test("scale, shift and dtype of features change no picture that neighbors decide", async () => {
  using features = clusters(2);
  using moved = torch.keep(torch.scope(() => features.to("float64").mul(1e6).add(3e6)));
  const settings = { perplexity: 8, iterations: 60 };
  const near = await embed(features, settings);
  assertClose(await embed(moved, settings), near, { rtol: 1e-3, atol: 1e-3 });
});

test("options reach the methods", async () => {
  using features = clusters(3);
  const few = { method: "tsne", iterations: 30 } as const;
  const plain = await embed(features, few);
  assertNotEquals(await embed(features, { ...few, perplexity: 5 }), plain);
  const umap = { method: "umap", iterations: 30 } as const;
  const wide = await embed(features, umap);
  assertNotEquals(await embed(features, { ...umap, neighbors: 4 }), wide);
  assertNotEquals(await embed(features, { ...umap, minDist: 0.9 }), wide);
});

test("odd features have a picture: one column, all the same, two values, few", async () => {
  const odd = torch.scope(() =>
    [
      torch.randn([12, 1]),
      torch.full([12, 5], 0.1),
      torch.cat([torch.zeros([6, 3]), torch.ones([6, 3])]),
      torch.randn([4, 7]),
      torch.randn([12, 3]).mul(1e18),
    ].map((features) => torch.keep(features.to(device)))
  );
  for (const features of odd) {
    using own = features;
    for (const method of EMBEDDING_METHODS) {
      const points = await embed(own, { method });
      assertEquals(points.length, own.size(0));
      assert(points.every((point) => point.every(Number.isFinite)), `${method} ${own.shape}`);
    }
  }
});

test("what no picture can be made of is refused", async () => {
  const made = torch.scope(() => ({
    ten: torch.keep(torch.randn([10, 4], { device })),
    three: torch.keep(torch.randn([3, 4], { device })),
    many: torch.keep(torch.zeros([3001, 1], { device })),
    flat: torch.keep(torch.zeros([10], { device })),
    whole: torch.keep(torch.zeros([10, 2], { dtype: "int64", device })),
    broken: torch.keep(torch.full([10, 2], NaN, { device })),
  }));
  const { ten, three, many, flat, whole, broken } = made;
  const refused = async (
    features: torch.Tensor,
    options: Parameters<typeof embed>[1],
    message: string,
    kind: new (...args: never[]) => Error = ArgumentError,
  ) => {
    await assertRejects(() => embed(features, options), kind as typeof ArgumentError, message);
  };
  await refused(ten, { perplexity: 4 }, "a perplexity of 4 needs at least 13 features");
  assertEquals((await embed(ten, { perplexity: 3 })).length, 10);
  await refused(ten, { method: "umap", neighbors: 11 }, "11 neighbors need as many");
  await refused(three, {}, "4 to 3000 images, got 3");
  await refused(many, { method: "pca" }, "got 3001: take a part");
  await refused(ten, { method: "mds" as never }, 'embed: method must be "tsne", "umap" or "pca"');
  await refused(ten, { seed: -1 }, "embed: seed");
  await refused(ten, { perplexity: 0.5 }, "embed: perplexity");
  await refused(ten, { iterations: 1e9 }, "embed: iterations");
  await refused(ten, { perplexty: 5 } as never, "perplexity");
  await refused(flat, {}, "(N, D)", ShapeError);
  await refused(whole, {}, "floating-point", DTypeError);
  await refused(broken, {}, "NaN or infinite");
  const signal = AbortSignal.abort(new RangeError("enough"));
  await refused(ten, { signal }, "enough", RangeError);
  Object.values(made).forEach((features) => features.dispose());
});
