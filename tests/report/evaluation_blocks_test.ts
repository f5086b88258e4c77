import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import {
  calibrationBlocks,
  classBars,
  renderReport,
  type ReportBlock,
} from "../../src/report/mod.ts";

const drawn = (block: ReportBlock): Promise<string> =>
  renderReport({ title: "t", sections: [{ heading: "h", blocks: [block] }] });

/** The drawing for wide screens. */
const wide = (page: string): string => /<div class="wide"[\s\S]*?<\/svg>/.exec(page)![0];

const bins = [
  { from: 0, to: 0.5, count: 0, confidence: NaN, accuracy: NaN },
  { from: 0.5, to: 0.75, count: 30, confidence: 0.6, accuracy: 0.8 },
  { from: 0.75, to: 1, count: 10, confidence: 0.9, accuracy: 0.4 },
];

Deno.test("a reliability diagram has a bar as high as the accuracy, and a point at the confidence", async () => {
  const page = await drawn({ kind: "reliability", title: "Sure", bins, note: "by 5 %" });
  const svg = wide(page);
  const bars = [...svg.matchAll(/<path data-s="0" d="M\S+ (\S+)l\S+ 0l0 -(\S+)l/g)]
    .map(([, foot, height]) => [foot, height].map(Number));
  assertEquals(bars.length, 2, "a bin without images has no bar");
  const [[foot, first], [, second]] = bars;
  assert(Math.abs(first - 2 * second) < 0.2, `${bars}`);
  const points = [...svg.matchAll(/<path data-s="1"[^>]*matrix\(\S+,(\S+?)\)/g)]
    .map(([, y]) => (foot - Number(y)) / (first / 0.8));
  assertEquals(points.map((share) => share.toFixed(2)), ["0.60", "0.90"]);
  const tips = JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(page)![1]);
  assertEquals(tips.names, ["right", "how sure, on average"]);
  assertEquals(tips.rows, [["–", "–"], ["80.0%", "60.0%"], ["40.0%", "90.0%"]]);
  assertStringIncludes(tips.heads[2], "75% – 100%: 10 images");
  assertStringIncludes(page, '<p class="note">by 5 %</p>');
  const none = await drawn({ kind: "reliability", title: "Sure", bins: bins.slice(0, 1) });
  assertStringIncludes(none, "There were no images.");
  const bad = [{ from: 0, to: 1, count: 3, confidence: 0.5, accuracy: 1.5 }];
  await assertRejects(
    () => drawn({ kind: "reliability", title: "Sure", bins: bad }),
    ArgumentError,
    "accuracy 1.5",
  );
});

Deno.test("each group of points has its color, shape and name, and can be hidden", async () => {
  const series = Array.from({ length: 10 }, (_, i) => ({
    name: `class ${i}`,
    points: [[i, 1], [i, NaN], [i, 2]] as const,
  }));
  const page = await drawn({ kind: "scatter", title: "Features", series, note: "in words" });
  const svg = wide(page);
  for (let i = 0; i < 10; i++) {
    assertEquals([...svg.matchAll(new RegExp(`data-s="${i}"`, "g"))].length, 2, `group ${i}`);
    assert(new RegExp(`</svg>\\s*class ${i}</li>`).test(page));
  }
  const marks = [
    ...page.matchAll(/<li>\s*<svg class="(k\d)"[^>]*aria-hidden="true">\s*<path[^>]* d="([^"]+)"/g),
  ].map(([, color, shape]) => color + shape);
  assertEquals(new Set(marks).size, 10, "no two groups look the same");
  assertStringIncludes(page, 'role="img" aria-label="Features"');
  assertStringIncludes(page, "in words");
  const none = await drawn({ kind: "scatter", title: "f", series: [{ name: "a", points: [] }] });
  assertStringIncludes(none, "There are no points.");
  const one = await drawn({
    kind: "scatter",
    title: "f",
    series: [{ name: "a", points: [[1, 1]] }],
  });
  assert(!/NaN/.test(wide(one)));
});

Deno.test("calibration in words and in bins", () => {
  const numbers = { ece: 0.25, mce: 0.5, brier: 0.4, nll: 1.25, confidence: 0.675, accuracy: 0.7 };
  const [diagram, counts] = calibrationBlocks({ ...numbers, bins });
  assertStringIncludes(diagram.note!, "25.0 %");
  assertStringIncludes(diagram.note!, "not sure enough");
  assertEquals([counts.edges, counts.counts], [[0, 0.5, 0.75, 1], [0, 30, 10]]);
  assertStringIncludes(
    calibrationBlocks({ ...numbers, confidence: 0.9, bins })[0].note!,
    "too sure",
  );
  const good = calibrationBlocks({ ...numbers, ece: 0.001, nll: NaN, bins })[0].note!;
  assert(!good.includes("sure enough") && good.includes("log-likelihood –"), good);
});

Deno.test("bars of classes: all of few, the worst of many", () => {
  const few = classBars(["a", "b", "c"], [0.5, null, 1], "student");
  assertEquals([few.categories, few.series[0].values], [["a", "b", "c"], [0.5, null, 1]]);
  const names = Array.from({ length: 100 }, (_, i) => `c${i}`);
  const many = classBars(
    names,
    names.map((_, i) => i === 3 ? null : (i * 37 % 100) / 100),
    "student",
  );
  assertEquals(many.categories.length, 30);
  assertEquals(many.categories.slice(0, 2), ["c0", "c73"]);
  assertEquals(many.series[0].values.slice(0, 2), [0, 0.01]);
  assertStringIncludes(many.title, "30 classes of 100");
  assertThrows(() => classBars(["a"], [], "student"), ArgumentError, "0 values for 1 classes");
});
