import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../src/base/errors.ts";
import { Progress, type ProgressOptions, type TextStream } from "../src/base/progress.ts";
import { stripEscapes, textWidth } from "../src/base/text.ts";

/** A stream that keeps what is written, as a terminal of the given width or as a pipe. */
class Paper implements TextStream {
  written: string = "";
  width: number | undefined;
  constructor(width?: number) {
    this.width = width;
  }
  isTerminal(): boolean {
    return this.width !== undefined;
  }
  columns(): number {
    return this.width ?? 80;
  }
  write(text: string): void {
    this.written += text;
  }
  /** What was drawn, drawing by drawing. */
  frames(): string[] {
    return stripEscapes(this.written).split(/[\r\n]/).filter((line) => line !== "");
  }
}

/** A progress with a clock that only moves when told to. */
function make(paper: Paper, options: Partial<ProgressOptions> = {}) {
  const clock = { ms: 0 };
  const progress = new Progress({
    label: "Training",
    stream: paper,
    now: () => clock.ms,
    ...options,
  });
  return { progress, clock };
}

Deno.test("a terminal gets one line, redrawn about ten times a second", () => {
  const paper = new Paper(80);
  const { progress, clock } = make(paper, { total: 1000, unit: "steps" });
  for (let step = 1; step <= 1000; step++) {
    clock.ms = step * 10; // 10 s in all
    progress.update(step, "loss 0.5");
  }
  progress.finish();
  const frames = paper.frames();
  assert(frames.length >= 90 && frames.length <= 110, `${frames.length} drawings`);
  assertEquals(paper.written.split("\n").length, 2, "one line end, at the end");
  assert(paper.written.endsWith("\n"));
  assertStringIncludes(frames[50], "100 steps/s");
  assertStringIncludes(frames[50], "0:05 left");
  assertStringIncludes(frames[50], "loss 0.5");
  assertStringIncludes(frames.at(-1)!, "100%");
  assertStringIncludes(frames.at(-1)!, "1,000/1,000 steps");
  assertStringIncludes(frames.at(-1)!, "in 10.0 s");
});

Deno.test("the line never reaches the last column, however narrow the terminal", () => {
  for (let width = 1; width <= 140; width++) {
    const paper = new Paper(width);
    const { progress, clock } = make(paper, {
      label: "Lehrer 教師 🎓",
      total: 2_000_000,
      unit: "images",
    });
    for (const done of [1, 999_999, 1_999_999]) {
      clock.ms += 1500;
      progress.update(done, "loss 0.3312, accuracy 92.1%");
    }
    progress.finish();
    for (const frame of paper.frames()) {
      assert(textWidth(frame) <= Math.max(1, width - 1), `${width} columns: "${frame}"`);
    }
  }
});

Deno.test("the cursor is never hidden, so nothing is to be restored after a crash", () => {
  const paper = new Paper(80);
  const { progress } = make(paper, { total: 3 });
  progress.update(1);
  progress.finish();
  assert(!paper.written.includes("\x1b[?25l"));
});

Deno.test("a pipe gets plain lines: the first, one each quarter or ten seconds, the last", () => {
  const paper = new Paper();
  const { progress, clock } = make(paper, { total: 400, unit: "steps" });
  for (let step = 1; step <= 400; step++) {
    clock.ms = step * 100; // 40 s in all
    progress.update(step);
  }
  progress.finish("done");
  assert(!paper.written.includes("\r") && !paper.written.includes("\x1b"), "no control characters");
  const lines = paper.written.trimEnd().split("\n");
  assert(lines.length >= 5 && lines.length <= 9, paper.written);
  assertEquals(lines[0], "Training: 0% 1/400 steps");
  assertStringIncludes(paper.written, "25% 100/400 steps, 10 steps/s, 0:30 left");
  assertEquals(lines.at(-1), "Training: 100% 400/400 steps, 10 steps/s, in 40.0 s, done");
});

Deno.test("slow work on a pipe still says something every ten seconds", () => {
  const paper = new Paper();
  const { progress, clock } = make(paper, { total: 1000 });
  for (let step = 1; step <= 60; step++) {
    clock.ms = step * 1000;
    progress.update(step);
  }
  assertEquals(paper.frames().length, 6);
});

Deno.test("bytes are shown as megabytes", () => {
  const paper = new Paper(120);
  const { progress, clock } = make(paper, { total: 192_000_000, unit: "bytes" });
  clock.ms = 2000;
  progress.advance(64_000_000);
  assertStringIncludes(paper.frames()[0], "64.0/192.0 MB");
  assertStringIncludes(paper.frames()[0], "32.0 MB/s");
  assertStringIncludes(paper.frames()[0], "0:04 left");
});

Deno.test("what an earlier run did counts as done, but not for the rate", () => {
  const paper = new Paper(120);
  const { progress, clock } = make(paper, { total: 1000, start: 500, unit: "steps" });
  clock.ms = 1000;
  progress.advance(10);
  assertStringIncludes(paper.frames()[0], "51%");
  assertStringIncludes(paper.frames()[0], "10 steps/s");
});

Deno.test("100 % is only said when all is done", () => {
  const paper = new Paper(120);
  const { progress } = make(paper, { total: 1000 });
  progress.update(999);
  assertStringIncludes(paper.frames()[0], " 99%");
});

Deno.test("work that stops early says how far it came", () => {
  const paper = new Paper();
  {
    const { progress } = make(paper, { total: 10, unit: "steps" });
    using _ = progress;
    progress.update(3);
  }
  assertStringIncludes(paper.frames().at(-1)!, "30% 3/10 steps");
});

Deno.test("without a total there are count, rate and time", () => {
  const paper = new Paper(80);
  const { progress, clock } = make(paper, { unit: "steps" });
  clock.ms = 65_000;
  progress.update(130);
  const line = paper.frames()[0];
  assertStringIncludes(line, "130 steps");
  assertStringIncludes(line, "2 steps/s");
  assertStringIncludes(line, "1:05");
  assert(!line.includes("%"));
});

Deno.test("a log line stands above the bar, which is drawn again", () => {
  const paper = new Paper(80);
  const { progress } = make(paper, { total: 10 });
  progress.update(5);
  progress.log("epoch 1 done");
  progress.finish();
  const lines = stripEscapes(paper.written).split("\n");
  assert(lines[0].endsWith("\repoch 1 done"), JSON.stringify(lines[0]));
  assertStringIncludes(lines[1], "50%");
});

Deno.test("text from elsewhere cannot move the cursor", () => {
  const paper = new Paper(200);
  const { progress } = make(paper, { total: 10 });
  progress.update(1, "a\nb\x1b[2Jc\rd");
  progress.finish();
  assertEquals(paper.written.split("\n").length, 2);
  assert(!paper.written.includes("\x1b[2J"));
});

Deno.test("odd numbers: not finite is ignored, too much is 100 %, a total of nothing is done", () => {
  const paper = new Paper();
  const { progress } = make(paper, { total: 10 });
  progress.update(4);
  progress.update(NaN);
  assertEquals(progress.done, 4);
  progress.update(12);
  progress.finish();
  progress.finish(); // twice is fine
  assertStringIncludes(paper.frames().at(-1)!, "100% 12/10");
  assertEquals(paper.frames().length, 2);

  const none = new Paper();
  make(none, { total: 0 }).progress.finish();
  assertStringIncludes(none.written, "100% 0/0");
  assertThrows(() => make(paper, { total: NaN }), ArgumentError, "total is NaN");
  assertThrows(() => make(paper, { total: -1 }), ArgumentError, "total is -1");
  assertThrows(() => make(paper, { start: Infinity }), ArgumentError, "start is Infinity");
});

Deno.test("an update between two drawings takes less than a microsecond", () => {
  const progress = new Progress({ label: "x", total: 1e9, stream: new Paper(80) });
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const from = performance.now();
    for (let i = 0; i < 100_000; i++) progress.update(i);
    best = Math.min(best, (performance.now() - from) / 100_000 * 1000);
  }
  progress.finish();
  assert(best < 1, `${best} us`);
});

/** Runs a script on a terminal of its own, if this system has `script` to make one. */
async function onTerminal(code: string, env: Record<string, string>): Promise<string | undefined> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const config = new URL("../deno.json", import.meta.url).pathname;
    const run = `${Deno.execPath()} run -A --quiet --config ${config} ${file}`;
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", run, "/dev/null"],
      env: { TERM: "xterm", ...env },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a real terminal: colors unless NO_COLOR is set, plain lines where CI is", async () => {
  const source = new URL("../src/base/progress.ts", import.meta.url).href;
  const code = `import { Progress } from "${source}";
    using p = new Progress({ label: "Work", total: 2 }); p.update(1);`;
  const colored = await onTerminal(code, { CI: "", NO_COLOR: "" });
  if (colored === undefined) return; // no `script` here
  assertStringIncludes(colored, "\x1b[36m");
  assertStringIncludes(colored, "\x1b[K");
  const plain = await onTerminal(code, { CI: "", NO_COLOR: "1" });
  assertStringIncludes(plain!, "\x1b[K");
  assert(!plain!.includes("\x1b[36m"));
  const ci = await onTerminal(code, { CI: "true", NO_COLOR: "" });
  assertEquals(ci!.replaceAll("\r", "").split("\n")[0], "Work: 50% 1/2");
});
