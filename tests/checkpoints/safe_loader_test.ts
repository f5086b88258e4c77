import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { loadWeights, openWeights } from "../../src/checkpoints/mod.ts";
import { ArgumentError, DTypeError, FormatError } from "../../src/base/errors.ts";
import { Linear } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { inFolder } from "./folders.ts";
import { op } from "../../src/archive/pickle/opcodes.ts";
import { dict, global, type Part, pickle, tensor, text, torchZip, tuple } from "./hostile.ts";

const golden = (name: string) => new URL(`../golden/safe_loader/${name}`, import.meta.url).pathname;

for (const name of ["schedules.pth", "schedules_legacy.pth"]) {
  test(`the states of PyTorch's schedules are read: ${name}`, () => {
    using checkpoint = openWeights(golden(name));
    assertEquals(checkpoint.names, ["model.weight", "model.bias"]);
    assertEquals(checkpoint.metadata, { epoch: 3 });
    assertEquals(checkpoint.tensor("model.weight").toArray(), [[1, 2]]);
  });
}

for (const name of ["plain.pth", "plain_legacy.pth"]) {
  test(`plain values of every class that PyTorch's safe loader takes are read: ${name}`, () => {
    using checkpoint = openWeights(golden(name));
    assertEquals(checkpoint.names, ["w", "parameter"]);
    assertEquals(checkpoint.tensor("parameter").toArray(), [3]);
    assertEquals(checkpoint.metadata.device, "cuda:1");
  });
}

test("tensors of kinds that there are not here are passed over by name", () => {
  using checkpoint = openWeights(golden("unreadable.pth"));
  assertEquals(checkpoint.names, ["w", "attributes"]);
  const reasons: [string, string][] = [
    ["sparse", "sparse (torch.sparse_coo)"],
    ["csr", "sparse (torch.sparse_csr)"],
    ["quantized", "quantized"],
    ["per_channel", "quantized"],
    ["nested", "nested"],
    ["meta", "meta"],
    ["conjugate", "conj view"],
    ["negative", "neg view"],
    ["four", "torch.float4_e2m1fn_x2"],
  ];
  assertEquals([...checkpoint.skipped.keys()], reasons.map(([name]) => name));
  for (const [name, reason] of reasons) {
    for (const ask of [() => checkpoint.tensor(name), () => checkpoint.shape(name)]) {
      const { message } = assertThrows(ask, DTypeError);
      assertStringIncludes(message, `"${name}"`);
      assertStringIncludes(message, reason);
    }
  }
  assertThrows(() => checkpoint.tensor("absent"), ArgumentError, "no tensor");
});

test("a model that wants a tensor that cannot be read is told so", () => {
  inFolder((folder) => {
    const path = join(folder, "model.pth");
    const quantized: Part = [
      global("torch._utils", "_rebuild_meta_tensor_no_storage"),
      tuple(global("torch", "float32"), op.EMPTY_TUPLE, op.EMPTY_TUPLE, op.NEWFALSE),
      op.REDUCE,
    ];
    Deno.writeFileSync(
      path,
      torchZip(
        pickle(dict("weight", tensor()), text("bias"), quantized, op.SETITEM),
      ),
    );
    using model = new Linear(2, 2);
    const { message } = assertThrows(() => loadWeights(model, path), ArgumentError);
    assertStringIncludes(message, "1 of them cannot be read: bias was stored from the device meta");
    assertEquals(loadWeights(model, path, { strict: false }).loaded, 1);
    assertEquals(torch.noGrad(() => model.weight.toArray()), [[1, 2], [3, 4]]);
  });
});

test("a class that is not among them is refused by its name, with the option that leaves it out", () => {
  inFolder((folder) => {
    const path = join(folder, "x.pth");
    const made: Part = [global("datetime", "datetime"), tuple(text("x")), op.REDUCE];
    Deno.writeFileSync(path, torchZip(pickle(dict("when", made))));
    const { message } = assertThrows(() => openWeights(path), FormatError);
    assertStringIncludes(message, '{ ignore: ["datetime.datetime"] }');
    assertEquals(openWeights(path, { ignore: ["datetime.datetime"] }).names, []);
    for (
      const [program, word] of [
        [[global("collections", "Counter"), tuple(text("x")), op.REDUCE], "Counter of a string"],
        [
          [global("builtins", "complex"), tuple(text("x")), op.REDUCE],
          "complex number of a string",
        ],
        [[global("torch.serialization", "_get_layout"), op.EMPTY_TUPLE, op.REDUCE], "layout"],
      ] as [Part, string][]
    ) {
      Deno.writeFileSync(path, torchZip(pickle(program)));
      assertThrows(() => openWeights(path), FormatError, word);
    }
  });
});
