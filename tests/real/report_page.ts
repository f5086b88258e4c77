/**
 * Looks at a report in a real browser: light and dark, on a desk's screen and a phone's. Nothing may scroll the page
 * sideways or be refused by the page's own policy, every text must have the contrast that WCAG AA asks for, and all
 * must be reached with the keyboard.
 *
 * Run: deno run -A tests/real/report_page.ts /usr/bin/chromium [FOLDER for screenshots]
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  comparisonTable,
  exampleGallery,
  methodCurves,
  perClassAccuracy,
  type ReportData,
  teacherCurves,
  teacherField,
  writeReport,
} from "../../src/train/mod.ts";
import { BrowserPage } from "../browser.ts";
import { FAINT_TEXTS } from "../faint_texts.ts";

let state = 7;
/** The next of a row of numbers from 0 to 1. */
const draw = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;

const methods = ["KD", "UNIFORM", "CustomKD", "a method with quite a long name"];
const classes = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
const runs = methods.flatMap((method, m) =>
  Array.from({ length: m === 3 ? 2 : 5 }, (_, seed) => ({
    ...{ method, seed },
    score: m === 2 && seed === 4 ? NaN : 0.9 + 0.012 * m + 0.01 * draw(),
    points: Array.from({ length: 1000 }, (_, i): [number, number] => [
      i * 10,
      i === 40 ? NaN : (0.6 + 0.08 * m) * (1 - Math.exp(-i / 150)) + 0.03 * draw() + 0.02 * seed,
    ]),
  }))
);
const counts = (names: readonly string[], share: number) =>
  names.map((_, i) =>
    names.map((_, j) => i === j ? 900 : draw() < share ? Math.ceil(90 * draw() ** 3) : 0)
  );
const image = (side: number, k: number) =>
  Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return [255 * x / side, 255 * y / side, k * 37 + x * y * 4 / side][i % 3];
  });
const examples = Array.from({ length: 60 }, (_, k) => {
  const side = k % 3 ? 32 : 224;
  return {
    ...{ width: side, height: side, channels: 3 as const, pixels: image(side, k) },
    truth: k === 7 ? null : classes[k % 10],
    predicted: classes[k % 4 ? k % 10 : (k + 3) % 10],
    probability: draw(),
  };
});
const records = Array.from(
  { length: 300 },
  (_, step) => ({
    step,
    ...Object.fromEntries(
      ["ViT-S/14 dinov2", "efficientnet_lite0.pth", "CNN"].flatMap((name, i) => [
        [teacherField(name, "agreement"), 0.5 + 0.1 * i + 0.1 * draw()],
        [teacherField(name, "loss"), Math.exp(-step / (50 + 30 * i)) + 0.1 * draw()],
      ]),
    ),
  }),
);
const species = (count: number) => Array.from({ length: count }, (_, i) => `species number ${i}`);
const confusion = (title: string, names: readonly string[], share: number) => ({
  ...{ kind: "confusion" as const, title, classes: names, counts: counts(names, share) },
});
const alike = (title: string, count: number) => ({
  ...{ kind: "heatmap" as const, title, corner: "teacher", digits: 2, range: [0, 1] as const },
  columns: Array.from({ length: count }, (_, i) => `teacher ${i}`),
  rows: Array.from({ length: count }, (_, i) => `teacher ${i}`),
  values: Array.from(
    { length: count },
    (_, i) => Array.from({ length: count }, (_, j) => i === j ? 1 : i === 3 ? null : draw()),
  ),
});
const accuracy = { x: "step", y: "accuracy", percent: true };
const report: ReportData = {
  title: "Methods compared on CIFAR-10",
  subtitle: "4,000 images, a student of 0.3 million parameters",
  summary: "UNIFORM leads plain KD by 1.3 points over five seeds.",
  highlights: [{ label: "UNIFORM", value: "91.9%", note: "KD: 90.6%" }],
  sections: [
    {
      heading: "Methods over seeds",
      blocks: [{
        kind: "table",
        table: comparisonTable(runs, { figure: "accuracy", percent: true, baseline: "KD" }),
      }],
    },
    {
      heading: "Learning curves",
      blocks: [
        methodCurves(runs, { ...accuracy, title: "Accuracy on validation images" }),
        methodCurves(runs, {
          ...accuracy,
          title: "Two spreads, log",
          band: "deviation",
          log: true,
        }),
        ...teacherCurves(records, { smooth: 15 }),
      ],
    },
    {
      heading: "Size and speed",
      blocks: [4, 40].map((count) => ({
        kind: "tradeOff",
        title: `Accuracy over latency of ${count} teachers`,
        x: "ms an image",
        y: "accuracy",
        series: [
          { name: "student", strong: true, points: [{ name: "student", x: 0.3, y: 0.9 }] },
          {
            name: "teachers",
            points: Array.from({ length: count }, (_, i) => ({
              ...{ name: `teacher number ${i}`, x: 1 + 60 * draw(), y: 0.8 + 0.15 * draw() },
            })),
          },
        ],
        note: "student: 90.0% at 0.300 ms.",
      })),
    },
    { heading: "Examples", blocks: [exampleGallery(examples, { title: "Test images" })] },
    {
      heading: "Confusion",
      blocks: [
        confusion("Ten classes", classes, 0.4),
        confusion("Thirty classes", species(30), 0.1),
        confusion("Two hundred classes", species(200), 0.02),
        confusion("One class", ["only"], 0),
      ],
    },
    {
      heading: "By class",
      blocks: [
        perClassAccuracy(
          classes,
          methods.map((name) => ({ name, accuracy: classes.map(() => draw()) })),
        ),
      ],
    },
    {
      heading: "Votes",
      blocks: [
        {
          kind: "bars",
          title: "Differences, to both sides",
          percent: true,
          fit: true,
          categories: methods,
          series: ["pseudo class", "mean prediction"].map((name, i) => ({
            name,
            values: methods.map((_, m) => (m - 1.5 + i) / 400),
          })),
        },
        alike("Five teachers", 5),
        alike("Twenty teachers", 20),
        alike("A hundred and twenty-eight teachers", 128),
      ],
    },
  ],
  facts: [["seed", 1]],
  config: { student: { width: 32 }, losses: { beta: [1, 2] } },
};

const folder = Deno.args[1] ?? await Deno.makeTempDir();
const file = `${await Deno.realPath(folder)}/report.html`;
await writeReport(file, report);
await using page = await BrowserPage.open(Deno.args[0] ?? "chromium");
for (const scheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    const where = `${scheme}, ${width} px`;
    await page.show(file, width, scheme);
    const size = await page.value<number>("document.documentElement.scrollWidth");
    assertEquals(size, width, `${where}: the page does not scroll sideways`);
    assertEquals(await page.value(FAINT_TEXTS), [], `${where}: contrast`);
    if (Deno.args[1]) {
      for (const [i] of report.sections.entries()) {
        const section = `section:nth-of-type(${i + 1})`;
        await page.picture(`${folder}/${scheme}-${width}-${i + 1}.png`, section);
      }
    }
  }
}

await page.show(file, 390, "light");
const reached = new Set<string>();
for (let i = 0; i < 80; i++) {
  await page.press("Tab");
  reached.add(
    await page.value<string>(
      `(document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName)`,
    ),
  );
}
const wanted = await page.value<string[]>(
  `[...document.querySelectorAll("[tabindex]")].filter((e) => e.checkVisibility()).map((e) => e.getAttribute("aria-label"))`,
);
for (const label of wanted) assert(reached.has(label), `${label} is not reached: ${[...reached]}`);
assert(reached.has("BUTTON") && reached.has("SUMMARY"), "legends and details are reached");

await page.value(`document.querySelector(".narrow[data-xs]").focus()`);
await page.press("ArrowRight");
await page.press("ArrowRight");
const tip = `document.querySelector(".narrow .tip")`;
assert(await page.value(`${tip}.checkVisibility() && ${tip}.textContent.includes("KD (5 runs)")`));
await page.press("Escape");
assert(await page.value(`!${tip}.checkVisibility()`));

await page.value(`document.querySelector(".legend button").focus()`);
await page.press("Enter");
const lines = `[...document.querySelector(".chart").querySelectorAll('.narrow [data-s="0"]')]`;
assert(await page.value<number>(`${lines}.length`) >= 2, "a line and its band");
assert(await page.value(`${lines}.every((e) => e.style.display === "none")`), "both are hidden");
await page.press("Enter");
assert(await page.value(`${lines}.every((e) => e.style.display === "")`), "and shown again");

assertEquals(page.complaints, [], "the browser has nothing to say");
console.log(
  `${(await Deno.stat(file)).size} bytes, ${wanted.length} places reached: all is well in ${file}`,
);
