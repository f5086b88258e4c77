import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { descriptive } from "../../src/teachers/descriptive.ts";
import { classifierOfScript, featuresOfScript } from "../../src/teachers/from_script.ts";
import type { ScriptTap } from "../../src/teachers/script_taps.ts";
import { predictive } from "../../src/teachers/predictive.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("script.safetensors"), { device });
const load = (name = "script_scripted.pt") => torch.loadScript(golden(name), { device });
const imageShape = [3, 8, 8] as const;

test("a tap is a method, or a key or index of what a method returns", () => {
  const want = truth();
  using module = load();
  const taps: [ScriptTap, torch.Tensor][] = [
    ["features", want.features],
    [{ method: "record", at: "features" }, want.features],
    [{ method: "pair", at: 0 }, want.features],
    [{ method: "pair", at: [1] }, want.forward],
    [{ method: "stages", at: 1 }, want.stage1.mean([2, 3])],
    [{}, want.forward],
  ];
  for (const [tap, expected] of taps) {
    const { features, featureDim } = featuresOfScript(module, { tap, imageShape });
    assertEquals(featureDim, expected.shape[1]);
    assertClose(features(want.images), expected);
  }
});

test("tokens become the class token, or their mean", () => {
  const { images, stage0 } = truth();
  using module = load();
  const take = (tokens?: "class" | "mean") =>
    featuresOfScript(module, { tap: "tokens", tokens, imageShape }).features(images);
  assertClose(take(), stage0.select(3, 0).select(2, 0));
  assertClose(take("mean"), stage0.mean([2, 3]));
  assertThrows(() => take("max" as "mean"), ArgumentError, "tokens");
});

test("a TorchScript module teaches, with features only or with logits", () => {
  const want = truth();
  using module = load();
  const looks = descriptive({
    name: "looks",
    ...featuresOfScript(() => module, { tap: "features", imageShape }),
  });
  assertClose(looks.run(want.images).features, want.features);
  const record = (at: string) => ({ method: "record", at });
  for (
    const taps of [
      { tap: record("features"), logits: record("logits") },
      { tap: "features" },
      { tap: "features", logits: record("logits") },
    ]
  ) {
    const source = classifierOfScript(module, { ...taps, imageShape });
    assertEquals([source.featureDim, source.numClasses], [4, 5]);
    const { features, logits } = predictive({ name: "votes", ...source }).run(want.images);
    assertClose(features, want.features);
    assertClose(logits, want.forward);
  }
  using traced = load("script_traced.pt");
  const { run, featureDim } = classifierOfScript(traced, { imageShape });
  assertEquals(featureDim, 5);
  assertClose(run(want.images).features, want.traced);
});

test("images are brought to the module's dtype", () => {
  const want = truth();
  using module = load().to("float64");
  const { features } = featuresOfScript(module, { imageShape });
  const seen = features(want.images);
  assertEquals(seen.dtype, "float64");
  assertClose(seen, want.double);
});

test("taps that lead to no tensor are refused, with what is there", () => {
  using module = load();
  const refused = (tap: ScriptTap, words: string) =>
    assertThrows(() => featuresOfScript(module, { tap, imageShape }), ArgumentError, words);
  refused("logits", 'no tensor at forward()["logits"]. forward() returns a tensor [1, 5]');
  refused(0, "no tensor at forward()[0]");
  refused({ method: "embed" }, 'no method "embed"');
  refused({ method: "pair" }, "pair() returns [a tensor [1, 4], a tensor [1, 5]]");
  refused(
    { method: "record", at: "feats" },
    "{ features: a tensor [1, 4], logits: a tensor [1, 5] }",
  );
  refused({ method: "record", at: "constructor" }, "no tensor at");
  refused({ method: "nested", at: 2 }, "no tensor at nested()[2]");
  assertThrows(
    () => classifierOfScript(module, { logits: { method: "stages", at: 0 }, imageShape }),
    ShapeError,
    "Logits are of shape",
  );
  assertThrows(
    () => featuresOfScript(module, { tap: { method: "named", at: "x" }, imageShape }),
    ShapeError,
    "Features are of shape",
  );
});
