import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../src/base/errors.ts";
import { type Box, overlap, placeLabels } from "../../src/report/charts/place_labels.ts";
import { putSection, renderReport, type TradeOffBlock } from "../../src/train/mod.ts";

const drawn = (block: Partial<TradeOffBlock>) =>
  renderReport({
    title: "t",
    sections: [{
      heading: "h",
      blocks: [{ kind: "tradeOff", title: "t", x: "ms", y: "accuracy", series: [], ...block }],
    }],
  });

/** Where the marks of a drawing are: the translations of the paths that belong to a series. */
function marksIn(page: string, of: number): [x: number, y: number][] {
  const wide = /<div class="wide"[^>]*>.*?<\/svg>/s.exec(page)![0];
  const paths = wide.matchAll(/<path data-s="(\d)"[^>]*transform="matrix\(([^)]*)\)"/g);
  return [...paths].filter(([, own]) => Number(own) === of).map(([, , matrix]) => {
    const [, , , , x, y] = matrix.split(",").map(Number);
    return [x, y];
  });
}

Deno.test("points stand by the factor of their cost and by their share, with names and numbers", async () => {
  const page = await drawn({
    series: [
      { name: "student", strong: true, points: [{ name: "small", x: 1, y: 0.5 }] },
      {
        name: "teachers",
        points: [
          { name: "large", x: 100, y: 0.9 },
          { name: "middle", x: 10, y: 0.7 },
          { name: "free", x: 0, y: 0.7 },
          { name: "unknown", x: 3, y: NaN },
        ],
      },
    ],
    note: "in words",
  });
  const places = [...page.matchAll(/class="wide" data-xs="([^"]+)"/g)];
  const xs = places[0][1].split(" ").map(Number);
  assertEquals(xs.length, 3);
  // A factor of ten is as wide as another.
  assertAlmostEquals(xs[2] - xs[1], xs[1] - xs[0], 0.2);
  const tips = JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(page)![1]);
  assertEquals(tips.heads, ["small", "middle", "large"]);
  assertEquals(tips.rows, [["50.0%", "1"], ["70.0%", "10"], ["90.0%", "100"]]);
  const [[smallX, small]] = marksIn(page, 0);
  const teachers = marksIn(page, 1).sort(([a], [b]) => a - b);
  assertEquals(teachers.length, 2);
  const [[, middle], [, large]] = teachers;
  assertAlmostEquals(smallX, xs[0], 0.2);
  // 20 % more is as high as another 20 %.
  assertAlmostEquals(small - middle, middle - large, 0.2);
  assert(small > middle);
  for (const name of ["small", "middle", "large"]) assert(page.includes(`>${name}</text>`), name);
  assert(!page.includes(">free<") && page.includes("in words"));
  assert(
    (await drawn({ series: [{ name: "s", points: [] }] })).includes("There is nothing to show."),
  );
});

Deno.test("one point alone, and points of one place, can be drawn", async () => {
  const same = (count: number) => [{
    name: "s",
    points: Array.from({ length: count }, (_, i) => ({ name: `same ${i}`, x: 0.03, y: 1 })),
  }];
  for (const count of [1, 2, 40]) {
    const page = await drawn({ series: same(count) });
    assert(!/NaN|Infinity|undefined/.test(page.split("<main>")[1].split("<script>")[0]));
    assert(page.includes(">same 0</text>"));
  }
});

Deno.test("no name covers another, or a point, or leaves the drawing", () => {
  let state = 5;
  const draw = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const area: Box = { left: 0, top: 0, width: 400, height: 300 };
  let placed = 0;
  for (let round = 0; round < 50; round++) {
    const points = Array.from({ length: 12 }, () => ({
      ...{ x: 400 * draw(), y: 300 * draw(), radius: 5 },
      ...{ width: 20 + 120 * draw(), height: 16 },
    }));
    const boxes = placeLabels(points, area);
    assertEquals(boxes.length, points.length);
    boxes.forEach((box, i) => {
      if (box === null) return;
      placed++;
      assertEquals([box.width, box.height], [points[i].width, 16]);
      assert(box.left >= 0 && box.top >= 0 && box.left + box.width <= 400 && box.top + 16 <= 300);
      for (const other of boxes.slice(i + 1)) assert(other === null || !overlap(box, other));
      for (const { x, y } of points) {
        assert(!overlap(box, { left: x - 5, top: y - 5, width: 10, height: 10 }));
      }
    });
  }
  assert(placed > 0.95 * 50 * 12, `${placed} of ${50 * 12}`);
  const alone = { x: 200, y: 150, radius: 5, width: 50, height: 16 };
  assertEquals(placeLabels([alone], area), [{ left: 210, top: 142, width: 50, height: 16 }]);
  const tight = { ...area, width: 20 };
  assertEquals(placeLabels([{ ...alone, x: 10 }], tight), [null]);
});

Deno.test("a section is put into a page that was written, and takes the place of the earlier one", async () => {
  const text = (text: string) => [{ kind: "text" as const, text }];
  const page = await renderReport({
    title: "t",
    sections: [
      { heading: "first </section> <main>", blocks: text("one") },
      { heading: "second", blocks: text("two") },
    ],
    config: { html: "</main></section>" },
  });
  const later = { id: "later", heading: "later", blocks: text("new & old") };
  const once = await putSection(page, later);
  const markup = '<section id="later"><h2>later</h2><p>new &amp; old</p></section>';
  assertEquals(once.split(markup).length, 2);
  assertEquals(once.replace(markup, ""), page);
  assert(
    once.indexOf(">one<") < once.indexOf("later") && once.indexOf("later") < once.indexOf(">two<"),
  );
  const twice = await putSection(once, { ...later, blocks: text("newer") });
  assertEquals(twice, once.replace("new &amp; old", "newer"));
  const empty = await renderReport({ title: "t", sections: [] });
  assert((await putSection(empty, later)).includes(`<main>${markup}</main>`));
  await assertRejects(
    () => putSection("<p>no report</p>", later),
    FormatError,
    "no report of a run",
  );
});
