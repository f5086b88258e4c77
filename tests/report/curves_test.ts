import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import {
  type CurvesBlock,
  methodCurves,
  type MetricRecord,
  parseTeacherField,
  renderReport,
  teacherCurves,
  teacherField,
} from "../../src/train/mod.ts";

const CHART = { title: "t", x: "step", y: "accuracy" };

Deno.test("a method's line is the mean over its runs, its band their range or deviation", () => {
  const runs = [
    { method: "A", points: [[0, 1], [10, 3]] as const },
    { method: "B", points: [[0, 5]] as const },
    { method: "A", points: [[0, 3], [5, 4], [10, 5], [15, 9]] as const },
  ];
  const { series } = methodCurves(runs, CHART);
  assertEquals(series, [
    {
      name: "A (2 runs)",
      // At 5 the first run lies halfway between its points; it ends at 10.
      points: [[0, 2], [5, 3], [10, 4], [15, 9]],
      band: [[0, 1, 3], [5, 2, 4], [10, 3, 5], [15, 9, 9]],
    },
    { name: "B", points: [[0, 5]] },
  ]);
  const [{ band }] = methodCurves(runs, { ...CHART, band: "deviation" }).series;
  const root = Math.SQRT2; // of 1 and 3: sqrt(((1 - 2)² + (3 - 2)²) / 1)
  assertEquals(band![0], [0, 2 - root, 2 + root]);
  assertEquals(band![3], [15, 9, 9]);
});

Deno.test("runs without usable points, and long runs of which each has steps of its own", () => {
  assertEquals(methodCurves([], CHART).series, []);
  assertEquals(methodCurves([{ method: "A", points: [[0, NaN], [NaN, 1]] }], CHART).series, []);
  const one = methodCurves(
    [{ method: "A", points: [[0, 1], [1, Infinity]] }, { method: "A", points: [] }],
    CHART,
  );
  assertEquals(one.series, [{ name: "A", points: [[0, 1]] }]);
  const long = Array.from({ length: 10 }, (_, seed) => ({
    method: "A",
    points: Array.from({ length: 1000 }, (_, i): [number, number] => [i + seed / 10, i]),
  }));
  const [{ points, band }] = methodCurves(long, CHART).series;
  assertEquals([points.length, band!.length], [400, 400]);
  assertEquals([points[0][0], points.at(-1)![0]], [0, 999.9]);
  assert(band!.every(([, low, high], i) => low <= points[i][1] && points[i][1] <= high));
});

/** The page of one chart. */
async function drawn(block: CurvesBlock): Promise<string> {
  return await renderReport({ title: "t", sections: [{ heading: "h", blocks: [block] }] });
}

Deno.test("bands are drawn where their bounds lie, in the color of their line", async () => {
  const page = await drawn({
    kind: "curves",
    ...CHART,
    series: [
      { name: "a", points: [[0, 2], [10, 4]], band: [[0, 0, 4], [10, 3, 8]] },
      { name: "b", points: [[0, 1], [10, 1]] },
    ],
  });
  const wide = /<div class="wide"[\s\S]*?<\/svg>/.exec(page)![0];
  const polygons = [...wide.matchAll(/<polygon([^>]*)>/g)].map(([, attributes]) => attributes);
  assertEquals(polygons.length, 1);
  assertStringIncludes(polygons[0], 'data-s="0"');
  assertStringIncludes(polygons[0], 'fill="var(--c1)"');
  const places = /points="([^"]+)"/.exec(polygons[0])![1].split(" ").map(Number);
  const ys = [1, 3, 5, 7].map((i) => places[i]); // 0 at 0, 3 at 10, 8 at 10, 4 at 0
  const unit = (ys[0] - ys[2]) / 8;
  assert(Math.abs(ys[0] - ys[1] - 3 * unit) < 0.2 && Math.abs(ys[0] - ys[3] - 4 * unit) < 0.2);
  // Each line says which series it is, so that it can be hidden.
  for (const s of [0, 1]) assert(new RegExp(`<path data-s="${s}"`).test(wide), `${s}`);
  assert(!/var\(--c\d,/.test(page), "no trace of how that was told");
  const tips = JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(page)![1]);
  assertEquals(tips.rows, [["2 (0 – 4)", "1"], ["4 (3 – 8)", "1"]]);
});

Deno.test("bands with odd bounds, on a logarithmic axis too", async () => {
  for (const log of [false, true]) {
    const page = await drawn({
      kind: "curves",
      ...CHART,
      log,
      smooth: 3,
      series: [{
        name: "a",
        points: [[0, 1], [1, 2], [2, 3], [3, NaN]],
        band: [[0, -1, 2], [1, NaN, 3], [2, 1, Infinity], [3, 1, 2], [7, 0, 1]],
      }, { name: "b", points: [], band: [[0, 1, 2]] }],
    });
    const outside = page.replace(/<script>[\s\S]*?<\/script>/g, "");
    assert(!/NaN|undefined|Infinity/.test(outside), `log ${log}`);
  }
});

Deno.test("more lines than colors, each with its own mark", async () => {
  const series = Array.from({ length: 11 }, (_, i) => ({
    name: `m${i}`,
    points: [[0, i], [1, i + 1]] as const,
  }));
  const page = await drawn({ kind: "curves", ...CHART, series });
  for (let i = 0; i < 11; i++) assertStringIncludes(page, `data-s="${i}"`);
});

Deno.test("fields of teachers: named, told apart and drawn", () => {
  assertEquals(teacherField("ViT-S/14", "agreement"), "teachers.ViT-S/14.agreement");
  for (const name of ["a", "a.b", "efficientnet.lite0.pth", "größe 😀", "x\ny"]) {
    assertEquals(parseTeacherField(teacherField(name, "loss")), { name, what: "loss" });
  }
  for (
    const field of ["loss", "teachers", "teachers.a", "teachers..loss", "teachers.a.", "x.a.b"]
  ) {
    assertEquals(parseTeacherField(field), undefined, field);
  }
  for (const [name, what] of [["", "loss"], ["a", ""], ["a", "b.c"]]) {
    assertThrows(() => teacherField(name, what), ArgumentError, "teacher");
  }
  const records: MetricRecord[] = [
    { step: 1, event: "steps", "teachers.a.agreement": 0.5, "teachers.a.loss": 2, loss: 1 },
    { step: 2, event: "steps", "teachers.b.v2.agreement": 0.7, "teachers.a.agreement": NaN },
    { step: 3, event: "epoch", "teachers.a.loss": 1, "teachers.a.note": "text" },
    { step: 3, event: "epoch", "teachers.a.consensus": 0.8 },
  ];
  const charts = teacherCurves(records);
  assertEquals(charts.map(({ y, percent }) => [y, percent]), [
    ["agreement", true],
    ["loss", false],
    ["agreement with the consensus", true],
  ]);
  assertEquals(charts[0].series, [
    { name: "a", points: [[1, 0.5], [2, NaN]] },
    { name: "b.v2", points: [[2, 0.7]] },
  ]);
  // Records of steps have the loss: that of the whole epoch does not belong to their curve.
  assertEquals(charts[1].series, [{ name: "a", points: [[1, 2]] }]);
  const epochs = teacherCurves(records, { where: ({ event }) => event === "epoch" });
  assertEquals(epochs[0].series, [{ name: "a", points: [[3, 1]] }]);
  assertEquals(teacherCurves([]), []);
});

Deno.test("on a logarithmic axis powers of two are as far apart as each other, and 0 is left out", async () => {
  const points = [0, 1, 2, 4, 8, 16].map((x) => [x, x + 1] as const);
  const page = await drawn({
    kind: "curves",
    ...CHART,
    logX: true,
    series: [{ name: "a", points }],
  });
  const places = /data-xs="([\d. ]+)"/.exec(page)![1].split(" ").map(Number);
  assertEquals(places.length, 5);
  const steps = places.slice(1).map((place, i) => place - places[i]);
  for (const step of steps) assert(Math.abs(step - steps[0]) < 0.3, `${steps}`);
});
