import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { stripEscapes, textWidth } from "../../src/base/text.ts";
import { formatCell, formatTable, type Table } from "../../src/report/table.ts";

const TABLE: Table = {
  title: "Accuracy",
  columns: [
    { title: "model" },
    { title: "parameters", kind: "count" },
    { title: "MNIST", kind: "percent" },
    { title: "mean by class", kind: "percent", digits: 2 },
  ],
  rows: [
    ["CNN teacher", 102410, 0.9512, null],
    ["生徒", 950, "97.1 ± 0.2", 1],
    { cells: ["Student by UNIFORM", 19220, 0.981, 0.92654], strong: true },
  ],
  note: "Over three seeds.",
};

Deno.test("columns are aligned: words left, numbers right, wide characters counted as two", () => {
  assertEquals(
    formatTable(TABLE),
    `Accuracy

model               parameters       MNIST  mean by class
──────────────────  ──────────  ──────────  ─────────────
CNN teacher            102,410       95.1%              –
生徒                       950  97.1 ± 0.2        100.00%
Student by UNIFORM      19,220       98.1%         92.65%

Over three seeds.`,
  );
});

Deno.test("bold is for the title, the headings and strong rows, and changes nothing else", () => {
  const bold = formatTable(TABLE, { bold: true });
  assertEquals(stripEscapes(bold), formatTable(TABLE));
  const lines = bold.split("\n").filter((line) => line.includes("\x1b[1m"));
  assertEquals(lines.map((line) => stripEscapes(line).slice(0, 7)), [
    "Accurac",
    "model  ",
    "Student",
  ]);
});

Deno.test("at every width lines keep within it and no number is lost or cut", () => {
  for (let width = 30; width <= 90; width++) {
    const text = formatTable(TABLE, { width });
    for (const line of text.split("\n")) assert(textWidth(line) <= width, `${width}: "${line}"`);
    for (const cell of ["102,410", "97.1 ± 0.2", "100.00%", "92.65%", "–", "98.1%"]) {
      assertStringIncludes(text, cell);
    }
  }
});

Deno.test("what is too wide is split, each part with the first column", () => {
  const lines = formatTable(TABLE, { width: 40 }).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("model")).length, 2);
  assertEquals(lines.filter((line) => line.startsWith("CNN teacher")).length, 2);
});

Deno.test("cells by kind", () => {
  const column = (kind: "text" | "count" | "percent" | "number", digits?: number) => ({
    title: "",
    kind,
    digits,
  });
  assertEquals(formatCell(0.5, column("percent")), "50.0%");
  assertEquals(formatCell(0.12345, column("number")), "0.123");
  assertEquals(formatCell(0.12345, column("number", 1)), "0.1");
  assertEquals(formatCell(1234567, column("count")), "1,234,567");
  assertEquals(formatCell(0.25, column("text")), "0.25");
  assertEquals(formatCell(NaN, column("percent")), "NaN");
  assertEquals(formatCell(-Infinity, column("number")), "−∞");
  assertEquals(formatCell(null, column("count")), "–");
  assertEquals(formatCell("a\nb\x1b[2J", column("text")), "a b");
});

Deno.test("tables without rows, and rows that do not fit", () => {
  assertEquals(formatTable({ columns: [{ title: "a" }], rows: [] }), "a\n─");
  assertThrows(
    () => formatTable({ title: "T", columns: [{ title: "a" }], rows: [["x"], ["x", 1]] }),
    ArgumentError,
    'Table "T": row 2 has 2 cells and there are 1 columns',
  );
});
