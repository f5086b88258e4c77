import { assert, assertEquals } from "@std/assert";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { VoteAccount, voteFeatures, voteLogits } from "../../src/distill/mod.ts";
import { renderReport, type ReportBlock } from "../../src/report/mod.ts";
import { formatTable } from "../../src/report/table.ts";
import * as runs from "../../src/runs/mod.ts";
import { voteSection } from "../../src/runs/vote_section.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, inFolder, test } from "../helpers.ts";
import { spoken } from "../spoken.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

/** UNIFORM's votes, of as many teachers, of which the first ones vote; random, so that all are at chance. */
function randomVotes(teachers: number, voters: number) {
  torch.manualSeed(1);
  const names = Array.from({ length: teachers }, (_, i) => `t${i}`);
  using account = new VoteAccount(names, names.slice(0, voters), { numClasses: 5 });
  account.to(device);
  const draw = (width: number) => () => torch.randn([200, width], { device });
  const features = { vote: voteFeatures(names.map(draw(64))), names };
  const own = names.slice(0, voters);
  account.add(
    200,
    teachers > 1 ? features : null,
    voters > 0 ? { vote: voteLogits(own.map(draw(5))), names: own } : null,
  );
  return account.summary();
}

const kindsOf = (blocks: readonly ReportBlock[]) => blocks.map(({ kind }) => kind);

test("votes at chance are warned of in the section, above the pictures", async () => {
  const votes = randomVotes(9, 3);
  const records = [1, 2].map((epoch) => ({
    ...{ event: "epoch", epoch, step: 10 * epoch, consensus: 0.64, consensusChance: 0.637 },
  }));
  const section = voteSection(votes, records);
  assertEquals(kindsOf(section.blocks), [
    ...["text", "text"],
    ...["bars", "curves", "bars", "histogram", "heatmap"],
  ]);
  const [first, second] = section.blocks.map((block) => block.kind === "text" ? block.text : "");
  assert(first.startsWith("Warning: Features voting is at chance"), first);
  assert(second.startsWith("Warning: Logits voting is at chance"), second);
  const page = await renderReport({ title: "votes", sections: [section] });
  for (const text of ["where chance is 63.7 %", "by chance", "Consensus beside chance"]) {
    assert(page.includes(text), text);
  }
  assert(formatTable(runs.voteTable(votes)).includes("Features voting is at chance"));
});

test("one kind of vote has its own pictures alone, and one voter no map", () => {
  const features = voteSection(randomVotes(4, 0));
  assertEquals(kindsOf(features.blocks).filter((kind) => kind !== "text"), ["bars", "curves"]);
  const alone = voteSection({ ...randomVotes(1, 1), consensus: [] });
  assertEquals(kindsOf(alone.blocks), ["bars", "histogram"]);
});

test("a run that was stopped tells the same of its votes, and warns once", () =>
  inFolder(async (folder) => {
    const teacher = (name: string, seed: number, kind: "predictive" | "descriptive") => ({
      ...{ name, kind },
      recipe: supervised({ name, seed, epochs: 1, data: { train: digits({ take: 200 }) } }),
    });
    const recipe = distilled({
      teachers: [
        teacher("a", 1, "predictive"),
        teacher("b", 2, "predictive"),
        teacher("c", 3, "descriptive"),
      ],
      method: { name: "UNIFORM" },
      epochs: 3,
      batchSize: 20,
    });
    const options = (name: string) => ({
      ...{ out: `${folder}/${name}`, cache: `${folder}/teachers`, progress: false, resume: true },
    });
    const go = async (name: string, signal?: AbortSignal) => {
      using run = await runs.run(recipe, { ...options(name), signal });
      return run.result.votes;
    };
    let whole: unknown;
    const said = await spoken(async () => whole = await go("whole"));
    let [stops, broken, heard] = [0, null as unknown, ""];
    while (broken === null) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20 + 40 * stops);
      heard += await spoken(async () => {
        broken = await go("broken", controller.signal).catch((error) => {
          if (!(error instanceof InterruptedError)) throw error;
          return null;
        });
      });
      assert(stops++ < 500);
    }
    assert(stops > 1);
    assertEquals(broken, whole);
    const warnings = (text: string) =>
      text.split("\n").filter((line) => line.startsWith("UNIFORM, this epoch"));
    assertEquals(warnings(heard), warnings(said));
    const metrics = (name: string) =>
      Deno.readTextFileSync(`${folder}/${name}/metrics.jsonl`).trim().split("\n")
        .map((line) => JSON.parse(line)).filter(({ event }) => event === "epoch")
        .map(({ seconds: _, ...record }) => record);
    assertEquals(metrics("broken"), metrics("whole"));
    assertEquals(metrics("whole")[0].voteAlike.length, 4);
    const page = Deno.readTextFileSync(`${folder}/whole/report.html`);
    assert(page.includes("Consensus beside chance"));
  }));
