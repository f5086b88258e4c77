import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, FormatError } from "../../src/base/errors.ts";
import { HubNotFoundError } from "../../src/hub/errors.ts";
import { selectFiles, shardsOf } from "../../src/hub/selection.ts";

function weightsOf(names: string[], path = ""): string | null {
  return selectFiles(names, "org/name", path).weights;
}

Deno.test("selectFiles takes safetensors first, then what publishers name otherwise", () => {
  const timm = ["README.md", "config.json", "model.safetensors", "pytorch_model.bin"];
  assertEquals(selectFiles(timm, "org/name", ""), {
    folder: "",
    configs: ["config.json"],
    weights: "model.safetensors",
    files: [],
  });
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  assertEquals(
    weightsOf([...shards, "model.safetensors.index.json", "pytorch_model.bin"]),
    "model.safetensors.index.json",
  );
  const openClip = ["open_clip_config.json", "open_clip_pytorch_model.bin"];
  assertEquals(weightsOf(openClip), "open_clip_pytorch_model.bin");
  assertEquals(
    weightsOf([...openClip, "open_clip_model.safetensors"]),
    "open_clip_model.safetensors",
  );
  assertEquals(weightsOf(["tf_model.h5", "pytorch_model.bin"]), "pytorch_model.bin");
  assertEquals(weightsOf(["README.md", "resnet50-0676ba61.pth"]), "resnet50-0676ba61.pth");
  assertEquals(weightsOf(["a.onnx", "b.safetensors", "sub/model.safetensors"]), "b.safetensors");
  assertThrows(() => weightsOf(["a.pth", "b.pth"]), ArgumentError, "a.pth, b.pth");
  assertThrows(() => weightsOf(["README.md", "tf_model.h5"]), HubNotFoundError, "tf_model.h5");
  assertThrows(() => weightsOf([]), HubNotFoundError);
  assertThrows(() => weightsOf(["../model.safetensors"]), HubNotFoundError);
});

Deno.test("selectFiles looks into a folder, or takes the file that is named", () => {
  const names = ["config.json", "a.pth", "b.pth", "sub/config.json", "sub/model.safetensors"];
  assertEquals(selectFiles(names, "org/name", "sub").folder, "sub/");
  assertEquals(selectFiles(names, "org/name", "sub").configs, ["config.json"]);
  assertEquals(weightsOf(names, "sub"), "model.safetensors");
  assertEquals(weightsOf(names, "sub/model.safetensors"), "model.safetensors");
  assertEquals(weightsOf(names, "b.pth"), "b.pth");
  assertThrows(() => weightsOf(names, "su"), HubNotFoundError, "no file or folder su");
  assertEquals(selectFiles(names, "org/name", "", ["a.pth"]).files, ["a.pth"]);
  assertThrows(() => selectFiles(names, "org/name", "", ["c"]), HubNotFoundError, "no file c");
  assertThrows(() => selectFiles(names, "org/name", "", ["../c"]), ArgumentError);
  assertThrows(() => selectFiles(names, "org/name", "", []), ArgumentError);
});

Deno.test("selectFiles takes the files that an ONNX model's weights lie in, too", () => {
  const beside = ["model.onnx_data", "model.onnx_data_1", "model.onnx.data", "model.data"];
  const names = ["onnx/model.onnx", ...beside.map((name) => `onnx/${name}`)];
  const more = ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data", "onnx/model.onnx_data_x"];
  const chosen = selectFiles([...names, ...more], "org/name", "onnx/model.onnx");
  assertEquals([chosen.weights, chosen.files], ["model.onnx", beside]);
  assertEquals(selectFiles(["a.onnx", "b.onnx_data"], "org/name", "").files, []);
});

Deno.test("shardsOf takes only files beside the index", () => {
  assertEquals(shardsOf({ weight_map: { a: "2.bin", b: "1.bin", c: "2.bin" } }, "i"), [
    "1.bin",
    "2.bin",
  ]);
  const wrong = [
    null,
    3,
    {},
    { weight_map: {} },
    { weight_map: { a: "../1.bin" } },
    { weight_map: { a: "/etc/passwd" } },
    { weight_map: { a: 3 } },
    { weight_map: { a: "x/1.bin" } },
  ];
  for (const index of wrong) assertThrows(() => shardsOf(index, "i"), FormatError);
});
