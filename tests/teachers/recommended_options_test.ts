import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { op } from "../../src/archive/pickle/opcodes.ts";
import { ArgumentError, FormatError, ShapeError } from "../../src/base/errors.ts";
import { create } from "../../src/models/mod.ts";
import { load } from "../../src/teachers/load.ts";
import * as torch from "../../src/torch/mod.ts";
import {
  global,
  int,
  pickle,
  text,
  torchZip,
  tuple,
  type ZipFile,
} from "../checkpoints/hostile.ts";
import { test } from "../helpers.ts";
import { place } from "../hub/helpers.ts";

const architecture = "resnet20";

/** Runs a test with a folder and a model's state. */
async function withFolder(
  body: (folder: string, state: Record<string, torch.Tensor>) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  using model = create(architecture);
  try {
    await body(folder, model.stateDict());
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

test("{ prefix } chooses between two models of a file, for models and for teachers", async () => {
  await withFolder(async (folder, state) => {
    const path = `${folder}/two.safetensors`;
    const both = Object.entries(state).flatMap(([name, tensor]) =>
      ["student.", "teacher."].map((prefix): [string, torch.Tensor] => [
        prefix + name,
        prefix === "teacher." && name === "fc.bias" ? tensor.add(1) : tensor,
      ])
    );
    torch.saveSafetensors(path, Object.fromEntries(both));
    const wanted = torch.loadSafetensors(path)["teacher.fc.bias"];
    const advice = '{ prefix: "student." }';
    assertStringIncludes(
      assertThrows(() => create(architecture, { weights: path }), ArgumentError).message,
      advice,
    );
    const rejected = await assertRejects(() => load(path, { architecture }), ArgumentError);
    assertStringIncludes(rejected.message, advice);
    using chosen = create(architecture, { weights: path, prefix: "teacher." });
    assertEquals(chosen.stateDict()["fc.bias"].toArray(), wanted.toArray());
    using teacher = await load(path, { architecture, prefix: "teacher.", kind: "predictive" });
    assertEquals(teacher.numClasses, 10);
    wanted.dispose();
  });
});

test("{ strict: false } and { rename } pass over what does not fit, for models and for teachers", async () => {
  await withFolder(async (folder, state) => {
    const path = `${folder}/more.safetensors`;
    torch.saveSafetensors(path, { ...state, "extra.weight": state["fc.bias"] });
    const said = assertThrows(() => create(architecture, { weights: path }), ArgumentError).message;
    assertStringIncludes(said, "{ strict: false }");
    await assertRejects(
      () => load(path, { architecture, kind: "predictive" }),
      ArgumentError,
      "strict",
    );
    for (
      const options of [
        { strict: false },
        { rename: (name: string) => name.startsWith("extra.") ? null : name },
      ]
    ) {
      using _model = create(architecture, { weights: path, ...options });
      using teacher = await load(path, { architecture, ...options });
      assertEquals(teacher.featureDim, 64);
    }
    // What is missing has initial values, not whatever lies in memory.
    const { "fc.weight": _, ...part } = state;
    torch.saveSafetensors(path, part);
    using model = create(architecture, { weights: path, strict: false });
    const weight = model.stateDict()["fc.weight"];
    torch.scope(() => assertEquals(weight.abs().max().item() <= 1 / 8, true));
  });
});

test("{ ignore } leaves classes out, for models and for teachers", async () => {
  await withFolder(async (folder, state) => {
    const path = `${folder}/args.pth`;
    const names = Object.keys(state);
    const files: ZipFile[] = [];
    const items = names.map((name, i) => {
      const tensor = state[name].to("float32");
      files.push({
        name: `x/data/w${i}`,
        content: new Uint8Array(tensor.data().buffer as ArrayBuffer),
      });
      const id = tuple(
        text("storage"),
        global("torch", "FloatStorage"),
        text(`w${i}`),
        text("cpu"),
        int(tensor.numel),
      );
      const made = [
        global("torch._utils", "_rebuild_tensor_v2"),
        tuple(
          [id, op.BINPERSID],
          int(0),
          tuple(tensor.shape.map(int)),
          tuple(tensor.strides.map(int)),
          op.NEWFALSE,
          [global("collections", "OrderedDict"), op.EMPTY_TUPLE, op.REDUCE],
        ),
        op.REDUCE,
      ];
      return [text(name), made, op.SETITEM];
    });
    const args = [
      global("argparse", "Namespace"),
      op.EMPTY_TUPLE,
      op.NEWOBJ,
      op.EMPTY_DICT,
      op.BUILD,
    ];
    Deno.writeFileSync(
      path,
      torchZip(pickle(op.EMPTY_DICT, text("args"), args, op.SETITEM, items), files),
    );
    const advice = '{ ignore: ["argparse.Namespace"] }';
    assertStringIncludes(
      assertThrows(() => create(architecture, { weights: path }), FormatError).message,
      advice,
    );
    const rejected = await assertRejects(() => load(path, { architecture }), FormatError);
    assertStringIncludes(rejected.message, advice);
    const ignore = ["argparse.Namespace"];
    using _model = create(architecture, { weights: path, ignore });
    using teacher = await load(path, { architecture, ignore });
    assertEquals(teacher.featureDim, 64);
  });
});

test("a teacher whose head does not fit is not told of a head that it cannot have", async () => {
  await withFolder(async (folder, state) => {
    const path = `${folder}/resnet20.safetensors`;
    torch.saveSafetensors(path, state);
    const { message } = await assertRejects(
      () => load(path, { kind: "predictive", numClasses: 3 }),
      ShapeError,
    );
    assertStringIncludes(message, "{ numClasses }");
    assertEquals(message.includes('head: "fresh"'), false);
  });
});

test("weights of a model may be a repository of the hub", async () => {
  await using p = place();
  await withFolder(async (folder, state) => {
    torch.saveSafetensors(`${folder}/model.safetensors`, state);
    const content = Deno.readFileSync(`${folder}/model.safetensors`);
    p.hub.add("org/name", {
      "config.json": new TextEncoder().encode("{}"),
      "model.safetensors": content,
    });
    using model = await create(architecture, { weights: "hf://org/name", hub: p.options });
    const own = model.stateDict();
    torch.scope(() => {
      for (const name of Object.keys(state)) {
        assertEquals(own[name].toArray(), state[name].toArray(), name);
      }
    });
    await assertRejects(
      () => create("resnet56", { weights: "hf://org/name", hub: p.options }),
      ArgumentError,
      "missing",
    );
  });
  assertThrows(() => create("nix", { weights: "hf://org/name" }), ArgumentError, "nix");
});
