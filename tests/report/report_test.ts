import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { crc32, inflateSync } from "node:zlib";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { encodePng } from "../../src/report/png.ts";
import { smooth, thin } from "../../src/report/thin.ts";
import {
  curvesFromMetrics,
  type HeatmapBlock,
  histogram,
  perClassAccuracy,
  renderReport,
  type ReportBlock,
  type ReportData,
  runFacts,
  votesAccount,
  writeReport,
} from "../../src/report/mod.ts";

/** Text that would be markup, or an address, if it got through anywhere. */
const HOSTILE =
  `</script><script>alert(1)</script><img src="http://x.test/a.png" onerror='b()'>&amp;`;

/** One of every kind of block, with `text` wherever a report takes text. */
function blocks(text: string): ReportBlock[] {
  return [
    { kind: "text", text },
    {
      kind: "table",
      table: {
        title: text,
        columns: [{ title: text }, { title: "MNIST", kind: "percent" }],
        rows: [[text, 0.981], { cells: [text, text], strong: true }],
        note: text,
      },
    },
    {
      kind: "curves",
      title: text,
      x: text,
      y: text,
      series: [
        { name: text, points: [[0, 1], [5, 0.5], [10, 0.25]] },
        { name: "b", points: [[0, 2], [10, NaN]] },
      ],
    },
    {
      kind: "bars",
      title: text,
      categories: [text, "b"],
      series: [{ name: text, values: [1, 2] }, { name: "n", values: [null, 3] }],
    },
    { kind: "histogram", title: text, x: text, y: text, edges: [0, 1, 2], counts: [3, 4] },
    {
      kind: "histogram",
      title: text,
      x: text,
      y: text,
      edges: [0, 1],
      counts: [3],
      labels: [text],
    },
    {
      kind: "heatmap",
      title: text,
      corner: text,
      columns: [text],
      rows: [text, "b"],
      values: [[0.5], [null]],
      percent: true,
      note: text,
    },
    {
      kind: "gallery",
      title: text,
      images: [{
        width: 2,
        height: 1,
        channels: 1,
        pixels: Uint8Array.of(0, 255),
        caption: text,
        details: [[text, text]],
        tone: "bad",
      }],
    },
    { kind: "confusion", title: text, classes: [text, "b"], counts: [[1, 2], [0, 3]] },
    {
      kind: "reliability",
      title: text,
      bins: [
        { from: 0, to: 0.5, count: 0, confidence: NaN, accuracy: NaN },
        { from: 0.5, to: 1, count: 9, confidence: 0.8, accuracy: 0.6 },
      ],
      note: text,
    },
    {
      kind: "scatter",
      title: text,
      series: [{ name: text, points: [[0, 1], [NaN, 2]] }, { name: "b", points: [[3, 4]] }],
      note: text,
    },
  ];
}

function report(text: string): ReportData {
  return {
    title: text,
    subtitle: text,
    summary: text,
    highlights: [{ label: text, value: text, note: text }],
    sections: [{ heading: text, text, blocks: blocks(text) }],
    facts: [[text, text]],
    config: { [text]: { deep: [text, 1] } },
  };
}

/** The tags of a page as a browser would read them: scripts and styles hold no tags. */
function tags(page: string): { name: string; attributes: Map<string, string> }[] {
  const found: { name: string; attributes: Map<string, string> }[] = [];
  const bare = page.replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
  for (const [, name, rest] of bare.matchAll(/<([a-z][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)) {
    const attributes = new Map<string, string>();
    for (const match of rest.matchAll(/([^\s=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?/g)) {
      attributes.set(match[1].toLowerCase(), match[2] ?? match[3] ?? match[4] ?? "");
    }
    found.push({ name: name.toLowerCase(), attributes });
  }
  return found;
}

const ADDRESSES = [
  "src",
  "href",
  "xlink:href",
  "srcset",
  "data",
  "action",
  "formaction",
  "poster",
  "background",
  "ping",
];

/** Fails if the page would ask for anything outside itself, or run anything but its own script. */
function assertSelfContained(page: string): void {
  for (const { name, attributes } of tags(page)) {
    for (const [key, value] of attributes) {
      if (ADDRESSES.includes(key)) {
        assert(/^(data:(image\/png;base64,[A-Za-z0-9+/=]+|,)|#.+)$/.test(value), `${name} ${key}`);
      }
      assert(!key.startsWith("on"), `${name} ${key}`);
      for (const [, target] of value.matchAll(/url\(\s*['"]?([^)]*)/g)) {
        assert(target.startsWith("#"), `${name} ${key}=${value}`);
      }
    }
    assert(!["iframe", "object", "embed", "base", "form", "video", "audio"].includes(name), name);
  }
  for (const [, css] of page.matchAll(/<style>([\s\S]*?)<\/style>/g)) {
    assert(!/url\(|@import|@font-face|image-set/.test(css), "styles load something");
  }
  for (const [, attributes, code] of page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    assert(!attributes.includes("src"), "a script is loaded");
    if (attributes.includes("application/json")) JSON.parse(code);
    else assert(!/fetch|XMLHttpRequest|import|innerHTML|WebSocket|http/.test(code), "script");
  }
  assertStringIncludes(page, "default-src &#39;none&#39;");
}

Deno.test("a report holds all that it shows and refers to nothing outside", async () => {
  const page = await renderReport(report("plain"));
  assertSelfContained(page);
  // Without hostile data no address of any kind is in it, not even as text.
  assertEquals([...page.matchAll(/https?:|\/\/[a-z]/gi)].length, 0);
});

Deno.test("text from data stays text wherever it is shown", async () => {
  const page = await renderReport(report(HOSTILE));
  const plain = await renderReport(report("plain"));
  assertSelfContained(page);
  assert(!page.includes("<script>alert"));
  const names = (text: string) => tags(text).map(({ name }) => name).sort();
  // Labels on axes are wrapped into more lines, so tags within drawings may differ in number.
  const outside = (list: string[]) =>
    list.filter((name) => !["text", "tspan", "path"].includes(name));
  assertEquals(outside(names(page)), outside(names(plain)));
  assertStringIncludes(page, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
});

Deno.test("the parser of this test sees what it has to", () => {
  const bad = [
    `<img src="http://x.test/a.png">`,
    `<p onclick="a()">`,
    `<a href=//x.test>`,
    `<path fill="url(http://x)">`,
    `<style>@import "a.css"</style>`,
    `<script src="a.js"></script>`,
    `<iframe srcdoc="">`,
  ];
  for (const markup of bad) {
    let failed = false;
    try {
      assertSelfContained(`${markup} default-src &#39;none&#39;`);
    } catch {
      failed = true;
    }
    assert(failed, markup);
  }
});

Deno.test("numbers of the table, the map and the config are on the page", async () => {
  const page = await renderReport(report("plain"));
  for (const text of ["98.1%", "50.0%", "plain.deep", "&quot;deep&quot;"]) {
    assertStringIncludes(page, text);
  }
  assert(page.includes('class="strong"'));
});

Deno.test("curves are drawn where their values lie", async () => {
  const page = await renderReport({
    title: "t",
    sections: [{
      heading: "h",
      blocks: [{
        kind: "curves",
        title: "t",
        x: "step",
        y: "loss",
        series: [{ name: "a", points: [[0, 0], [1, 1], [2, 4], [4, 8]] }],
      }],
    }],
  });
  const places = [...page.matchAll(/class="(wide|narrow)" data-xs="([^"]+)"/g)];
  assertEquals(places.map(([, size]) => size), ["wide", "narrow"]);
  for (const [, , list] of places) {
    const xs = list.split(" ").map(Number);
    const unit = (xs[3] - xs[0]) / 4;
    assert(unit > 40);
    for (const [i, x] of [0, 1, 2, 4].entries()) assert(Math.abs(xs[i] - xs[0] - x * unit) < 0.2);
  }
  // The line itself: 8 is as far above 4 as 4 is above 0.
  const line = /stroke="var\(--c1\)"[^>]*stroke-width="2"/.exec(page) ??
    /stroke-width="2"[^>]*stroke="var\(--c1\)"/.exec(page);
  const tag = page.slice(page.lastIndexOf("<path", line!.index), line!.index);
  const ys = [...tag.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map((match) => Number(match[2]));
  assertEquals(ys.length, 4);
  assert(Math.abs((ys[0] - ys[2]) - (ys[2] - ys[3])) < 0.2, tag);
});

Deno.test("what the pointer shows are the values themselves", async () => {
  const page = await renderReport({
    title: "t",
    sections: [{ heading: "h", blocks: [blocks("plain")[2]] }],
  });
  const tips = JSON.parse(/<script type="application\/json">(.*?)<\/script>/.exec(page)![1]);
  assertEquals(tips.heads, ["plain 0", "plain 5", "plain 10"]);
  assertEquals(tips.rows, [["1", "2"], ["0.5", "2"], ["0.25", "2"]]);
});

Deno.test("a long run makes a page of less than 2 MB, peaks included", async () => {
  const records = Array.from({ length: 50_000 }, (_, step) => ({
    step,
    loss: step === 31_234 ? 99 : Math.exp(-step / 9000) + 0.05 * Math.sin(step * 1.7),
    accuracy: step / 50_000,
  }));
  const chart = (title: string) =>
    curvesFromMetrics(records, {
      title,
      x: "step",
      y: "loss",
      fields: { loss: "total", accuracy: "acc", loss2: "never logged" },
    });
  assertEquals(chart("a").series.length, 2);
  const page = await renderReport({
    title: "t",
    sections: [{ heading: "h", blocks: Array.from({ length: 8 }, (_, i) => chart(`chart ${i}`)) }],
  });
  assert(page.length < 2_000_000, `${page.length}`);
  assertStringIncludes(page, '"99"');
});

Deno.test("thinning keeps ends, order and spikes; smoothing keeps a straight line", () => {
  const points = Array.from({ length: 1000 }, (_, x): [number, number] => [x, x === 617 ? 5 : 0.1]);
  const fewer = thin(points, 50);
  assertEquals(fewer.length, 50);
  assertEquals(fewer[0], points[0]);
  assertEquals(fewer.at(-1), points.at(-1));
  assert(fewer.some(([x, y]) => x === 617 && y === 5));
  assert(fewer.every(([x], i) => i === 0 || x > fewer[i - 1][0]));
  assertEquals(thin(points.slice(0, 40), 50).length, 40);

  const line = Array.from({ length: 30 }, (_, x): [number, number] => [x, 2 * x + 1]);
  for (const [x, y] of smooth(line, 7)) assert(Math.abs(y - (2 * x + 1)) < 1e-9);
  const flat = smooth([[0, 0], [1, 3], [2, 0], [3, 3], [4, 0]], 3).map(([, y]) => y);
  assertEquals(flat, [0, 1, 2, 1, 0]);
});

Deno.test("an empty chart, an empty map and a report without anything else", async () => {
  const page = await renderReport({
    title: "t",
    sections: [{
      heading: "h",
      blocks: [
        { kind: "curves", title: "c", x: "x", y: "y", log: true, series: [] },
        {
          kind: "curves",
          title: "c",
          x: "x",
          y: "y",
          log: true,
          series: [{ name: "a", points: [[1, 0], [2, -1]] }],
        },
        { kind: "bars", title: "b", categories: [], series: [] },
        { kind: "heatmap", title: "m", columns: [], rows: [], values: [] },
        { kind: "heatmap", title: "m", columns: ["a"], rows: ["r"], values: [[0.5]] },
        { kind: "gallery", title: "g", images: [] },
      ],
    }],
  });
  assertEquals(page.match(/No values were logged/g)?.length, 2);
  assert(!/NaN|undefined|Infinity/.test(page), "odd numbers in the page");
});

Deno.test("lists that do not fit together are refused, with the name of what they are in", async () => {
  const wrong: [ReportBlock, string][] = [
    [{ kind: "bars", title: "B", categories: ["a"], series: [{ name: "s", values: [] }] }, '"B"'],
    [{ kind: "histogram", title: "H", x: "", y: "", edges: [0], counts: [1] }, '"H"'],
    [
      { kind: "histogram", title: "L", x: "", y: "", edges: [0, 1], counts: [1], labels: [] },
      '"L"',
    ],
    [{ kind: "heatmap", title: "M", columns: ["a"], rows: ["b"], values: [[]] }, '"M"'],
    [{ kind: "table", table: { title: "T", columns: [], rows: [["x"]] } }, '"T"'],
    [{ kind: "pie" } as unknown as ReportBlock, "pie"],
    [
      {
        kind: "gallery",
        title: "G",
        images: [{ width: 2, height: 2, channels: 3, pixels: new Uint8Array(4), caption: "" }],
      },
      "needs 12 bytes and has 4",
    ],
  ];
  for (const [block, name] of wrong) {
    await assertRejects(
      () => renderReport({ title: "t", sections: [{ heading: "h", blocks: [block] }] }),
      ArgumentError,
      name,
    );
  }
  await assertRejects(() => renderReport({ title: "", sections: [] }), ArgumentError, "title");
  assertThrows(
    () => perClassAccuracy(["a", "b"], [{ name: "m", accuracy: [1] }]),
    ArgumentError,
    '"m" has 1 values for 2 classes',
  );
});

Deno.test("maps of many columns turn the headings, of very many leave the numbers out; colors end where told", async () => {
  const map = async (count: number, more: Partial<HeatmapBlock> = {}) => {
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    const page = await renderReport({
      title: "t",
      sections: [{
        heading: "h",
        blocks: [{
          kind: "heatmap",
          title: "m",
          columns: names,
          rows: ["r"],
          values: [names.map((_, i) => i === 1 ? null : i / 10 - 0.2)],
          ...more,
        }],
      }],
    });
    return page.slice(page.indexOf('<table class="'));
  };
  assertStringIncludes(await map(12), '<table class="map"');
  const turned = await map(13, { range: [0, 0.5], digits: 2 });
  assertStringIncludes(turned, '<table class="confusion dense"');
  const cells = [...turned.matchAll(/--h:(\d+)">([^<]*)</g)].map(([, heat, text]) => [heat, text]);
  assertEquals(cells.slice(0, 3), [["0", "-0.20"], ["0", "0.00"], ["20", "0.10"]]);
  assertEquals(cells.at(-1), ["100", "1.00"]);
  const plain = await map(33, { note: "elsewhere" });
  assertStringIncludes(plain, '<table class="confusion plain"');
  assertEquals(plain.match(/<td[^>]*><\/td>/g)?.length, 33);
  assertStringIncludes(plain, "elsewhere");
});

Deno.test("small shares fill the bars' scale, and differences go to both sides", async () => {
  const bars = async (values: number[], fit: boolean) => {
    const page = await renderReport({
      title: "t",
      sections: [{
        heading: "h",
        blocks: [{
          kind: "bars",
          title: "b",
          percent: true,
          fit,
          categories: values.map((_, i) => `c${i}`),
          series: [{ name: "s", values }],
        }],
      }],
    });
    return [...page.slice(page.indexOf("<main>")).matchAll(/>(-?[\d.]+%)</g)].map(([, text]) =>
      text
    );
  };
  assert((await bars([0.01, 0.02], false)).includes("100%"));
  const small = await bars([0.01, 0.02], true);
  assert(small.includes("2%") && !small.includes("100%"), `${small}`);
  const both = await bars([-0.02, 0.01], true);
  assert(both.includes("-2.0%") && both.includes("1.0%") && both.includes("0%"), `${both}`);
});

Deno.test("histograms count every finite value once", () => {
  const block = histogram([0, 0.1, 0.5, 0.999, 1, 7, -3, NaN], {
    title: "",
    x: "",
    y: "",
    bins: 2,
    range: [0, 1],
  });
  assertEquals(block.counts, [3, 4]);
  assertEquals(block.edges, [0, 0.5, 1]);
  assertEquals(histogram([], { title: "", x: "", y: "", bins: 3 }).counts, [0, 0, 0]);
  assertEquals(histogram([2, 2], { title: "", x: "", y: "", bins: 2 }).counts, [2, 0]);
  assertThrows(
    () => histogram([], { title: "", x: "", y: "", bins: 0 }),
    ArgumentError,
    "bins is 0",
  );
});

Deno.test("the votes' account: leads of whole votes fall into bins of their own", () => {
  for (let voters = 1; voters <= 20; voters++) {
    const [bars, margins] = votesAccount({
      teachers: [
        ...Array.from({ length: voters }, (_, i) => ({
          name: `p${i}`,
          signAgreement: 0.7,
          classAgreement: 0.9,
        })),
        { name: "descriptive", signAgreement: 0.6 },
      ],
      margins: Array.from({ length: voters + 1 }, (_, lead) => lead / voters),
    });
    assertEquals(margins.counts, Array(voters + 1).fill(1), `${voters} voters`);
    assertEquals(margins.labels?.at(-1), String(voters));
    for (let lead = 0; lead <= voters; lead++) { // each in the middle of its bin
      const middle = (margins.edges[lead] + margins.edges[lead + 1]) / 2;
      assert(Math.abs(middle - lead / voters) < 1e-9, `${lead} of ${voters}`);
    }
    assertEquals(bars.series[1].values.at(-1), null);
  }
});

Deno.test("PNG: the chunks' checksums and the pixels are what zlib reads", () => {
  const pixels = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => i * 5);
  const png = encodePng({ width: 5, height: 3, channels: 3, pixels });
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  assertEquals([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const body = png.subarray(at + 4, at + 8 + length);
    assertEquals(view.getUint32(at + 8 + length), crc32(body));
    chunks.set(new TextDecoder().decode(body.subarray(0, 4)), body.subarray(4));
    at += 12 + length;
  }
  assertEquals([...chunks.keys()], ["IHDR", "IDAT", "IEND"]);
  assertEquals([...chunks.get("IHDR")!], [0, 0, 0, 5, 0, 0, 0, 3, 8, 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get("IDAT")!);
  for (let y = 0; y < 3; y++) {
    assertEquals(rows[y * 16], 0);
    assertEquals([...rows.subarray(y * 16 + 1, y * 16 + 16)], [
      ...pixels.subarray(y * 15, y * 15 + 15),
    ]);
  }
});

/** The contrast of two colors, as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
    const [r, g, blue] = [1, 3, 5].map((at) => {
      const c = parseInt(full.slice(at, at + 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

Deno.test("text and lines can be read on light and on dark pages", async () => {
  const page = await renderReport({ title: "t", sections: [] });
  const schemes = [...page.matchAll(/:root\{([^}]*)\}/g)].map(([, body]) =>
    new Map([...body.matchAll(/--([a-z0-9]+):(#[0-9a-f]+)/g)].map(([, name, hex]) => [name, hex]))
  );
  assertEquals(schemes.length, 2);
  for (const colors of schemes) {
    const surface = colors.get("surface")!;
    for (const name of ["ink", "muted", "accent", "bad", "good"]) {
      assert(contrast(colors.get(name)!, surface) >= 4.5, name);
    }
    for (let i = 1; i <= 8; i++) assert(contrast(colors.get(`c${i}`)!, surface) >= 3, `c${i}`);
    // The deepest heat is 62 % of its color over the surface.
    const mix = [1, 3, 5].map((at) => {
      const [heat, under] = ["heat", "surface"].map((name) => {
        const hex = colors.get(name)!;
        const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
        return parseInt(full.slice(at, at + 2), 16);
      });
      return Math.round(heat * 0.62 + under * 0.38).toString(16).padStart(2, "0");
    });
    assert(contrast(colors.get("ink")!, `#${mix.join("")}`) >= 4.5, "ink on heat");
    assert(contrast(colors.get("ink")!, colors.get("soft")!) >= 4.5, "ink on soft");
    assert(contrast(colors.get("muted")!, colors.get("soft")!) >= 4.5, "muted on soft");
    assert(contrast(colors.get("muted")!, colors.get("page")!) >= 4.5, "muted on the page");
  }
});

Deno.test("a report is written as a whole or not at all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/run/report.html`;
    await writeReport(path, { title: "first", sections: [], facts: runFacts({ seeds: [1, 2] }) });
    assertStringIncludes(await Deno.readTextFile(path), "1, 2");
    const broken: ReportData = {
      title: "second",
      sections: [{
        heading: "h",
        blocks: [{ kind: "heatmap", title: "M", columns: ["a"], rows: ["b"], values: [] }],
      }],
    };
    await assertRejects(() => writeReport(path, broken), ArgumentError);
    assertStringIncludes(await Deno.readTextFile(path), "<title>first</title>");
    assertEquals([...Deno.readDirSync(`${folder}/run`)].length, 1);
    await assertRejects(
      () => writeReport(`${path}/below/report.html`, { title: "t", sections: [] }),
      FileError,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ticks of what is counted are whole numbers, others need not be", async () => {
  /** The texts of the wide chart's axes. */
  const ticks = async (block: ReportBlock): Promise<string[]> => {
    const html = await renderReport({ title: "t", sections: [{ heading: "s", blocks: [block] }] });
    const wide = /<div class="wide"[^>]*>([\s\S]*?)<\/div>/.exec(html)![1];
    return [...wide.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  };
  const numbers = (texts: string[]) =>
    texts.map((t) => Number(t.replace(",", ""))).filter((n) => !Number.isNaN(n));
  for (const last of [1, 2, 3, 4, 6, 11]) {
    const points = Array.from({ length: last }, (_, i): [number, number] => [i + 1, i + 5]);
    const curves = { kind: "curves" as const, title: "t", x: "epoch", y: "y" };
    const whole = numbers(await ticks({ ...curves, series: [{ name: "a", points }] }));
    assert(whole.length >= 2, `${whole}`);
    assert(whole.every(Number.isInteger), `${last}: ${whole}`);
    const half = points.map(([x, y]): [number, number] => [x, y / 40]);
    const some = numbers(await ticks({ ...curves, series: [{ name: "a", points: half }] }));
    assert(some.some((tick) => !Number.isInteger(tick)), `${some}`);
  }
  const bars = { kind: "bars" as const, title: "t", categories: ["x", "y"] };
  const counted = await ticks({ ...bars, series: [{ name: "n", values: [1, 2] }] });
  assert(numbers(counted).every(Number.isInteger), `${counted}`);
  const counts = await ticks({
    kind: "histogram",
    title: "t",
    x: "images",
    y: "n",
    edges: [0, 1, 2],
    counts: [1, 2],
    labels: ["a", "b"],
  });
  assert(numbers(counts).every(Number.isInteger), `${counts}`);
});
