import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create, entry, has, list, load, publishedWeights, save } from "../../src/models/mod.ts";
import { load as loadTeacher } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { place } from "../hub/helpers.ts";
import { text } from "../hub/server.ts";

const NAME = "efficientvit_b0";
const TAGGED = "efficientvit_b1.r288_in1k";

test("a tag says what its weights expect of images; a name alone means the first", () => {
  const { inputSize, cropFraction, tags, tag, hub, license, patchGrid } = entry("efficientvit_b1");
  assertEquals([inputSize, cropFraction, tag], [224, 0.95, "r224_in1k"]);
  assertEquals(tags, ["r224_in1k", "r256_in1k", "r288_in1k"]);
  assertEquals([hub, license], ["timm/efficientvit_b1.r224_in1k", "apache-2.0"]);
  assertEquals(patchGrid, null);
  const other = entry(TAGGED);
  assertEquals([other.name, other.inputSize, other.cropFraction], [TAGGED, 288, 1]);
  assertEquals(entry(`timm/${TAGGED}`).name, TAGGED);
});

test("a tag that there is not is refused with the nearest ones", () => {
  const error = assertThrows(() => entry("efficientvit_b1.r224"), ArgumentError);
  assertStringIncludes(error.message, "efficientvit_b1.r224_in1k");
  assertThrows(() => entry("efficientvit_b1."), ArgumentError);
  assertThrows(() => entry("resnet20.in1k"), ArgumentError, "resnet20");
});

test("a name is known with a tag, with timm's owner, and where it has a point of its own", () => {
  for (const name of [NAME, TAGGED, `timm/${TAGGED}`, "radio_v2.5-b", "resnet20"]) {
    assertEquals([name, has(name)], [name, true]);
    assertEquals(entry(name).name, name.replace("timm/", ""));
  }
  for (const name of ["resnet20.in1k", "efficientvit", "", "timm/", "."]) {
    assertEquals([name, has(name)], [name, false]);
  }
});

test("lists have the names of weights where they are asked for", () => {
  assertEquals(list("efficientvit_b1*"), ["efficientvit_b1"]);
  assertEquals(list("efficientvit_b1*", { pretrained: true }), [
    "efficientvit_b1.r224_in1k",
    "efficientvit_b1.r256_in1k",
    TAGGED,
  ]);
  assertEquals(list("efficientvit_b1.r2?6*"), []);
  assertEquals(list("*_b1.r288*"), [TAGGED]);
});

test("published weights come from the hub by their name, for a student and for a teacher", async () => {
  await using there = place();
  using original = create(NAME, { numClasses: 1000 });
  original.eval();
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  torch.saveSafetensors(path, original.stateDict());
  there.hub.add(`timm/${NAME}.r224_in1k`, {
    "config.json": text({ architecture: NAME, num_classes: 1000 }),
    "model.safetensors": Deno.readFileSync(path),
  });
  Deno.removeSync(path);

  assertEquals(publishedWeights(NAME), `hf://timm/${NAME}.r224_in1k`);
  using student = await create(NAME, { pretrained: true, hub: there.options });
  assertEquals(student.view?.size, [224, 224]);
  student.eval();
  using teacher = await loadTeacher(NAME, { kind: "predictive", hub: there.options, device });
  torch.noGrad(() =>
    torch.scope(() => {
      const images = torch.randn([1, 3, 64, 64]);
      assertClose(student.forward(images), original.forward(images));
    })
  );
  assertEquals([teacher.numClasses, teacher.facts.architecture], [1000, NAME]);
  assertThrows(
    () => void create(NAME, { pretrained: true, weights: "hf://org/name" }),
    ArgumentError,
    "leave one of them out",
  );
});

test("a name without published weights says so", () => {
  const error = assertThrows(() => publishedWeights("resnet20"), ArgumentError);
  assertStringIncludes(error.message, "hf://organization/repository");
});

test("a model that was made by a name with a tag is saved and loaded", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  using model = create(TAGGED, { numClasses: 3 });
  save(path, model);
  using again = load(path);
  assertEquals(again.recipe?.architecture, TAGGED);
  assertEquals(Object.keys(again.stateDict()), Object.keys(model.stateDict()));
  Deno.removeSync(path);
});
