import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import { loadWeights, openWeights } from "../../src/checkpoints/mod.ts";
import { grouped } from "../../src/checkpoints/fit.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { golden, inFolder } from "./folders.ts";

/** The module that the golden files of training hold. */
class Net extends nn.Sequential {
  constructor() {
    super(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
  }
}

/** A classifier with a head of its own name. */
class Small extends nn.Classifier {
  conv: nn.Linear;
  fc: nn.Module;
  readonly featureDim = 4;
  readonly numClasses: number;
  constructor(numClasses: number) {
    super();
    this.conv = new nn.Linear(3, 4);
    this.fc = numClasses > 0 ? new nn.Linear(4, numClasses) : new nn.Identity();
    this.numClasses = numClasses;
  }
  get head(): nn.Module {
    return this.fc;
  }
  override features(images: Tensor): Tensor {
    return this.conv.forward(images);
  }
}

function saved(folder: string, tensors: Record<string, Tensor>): string {
  const path = join(folder, `${Object.keys(tensors).length}.safetensors`);
  torch.saveSafetensors(path, tensors);
  return path;
}

const small = (numClasses: number, prefix = ""): Record<string, Tensor> => ({
  [`${prefix}conv.weight`]: torch.ones([4, 3]),
  [`${prefix}conv.bias`]: torch.ones([4]),
  [`${prefix}fc.weight`]: torch.full([numClasses, 4], 2),
  [`${prefix}fc.bias`]: torch.full([numClasses], 2),
});

test("loadWeights: finds the state dict of a training checkpoint by its names", () => {
  for (const file of ["training.pth", "training_legacy.pth"]) {
    using net = new Net();
    const report = loadWeights(net, golden(file));
    assertEquals(report, {
      loaded: 9,
      prefix: "state_dict.module.",
      dialect: null,
      missing: [],
      unexpected: [],
    });
    const state = net.stateDict();
    const wanted = torch.loadSafetensors(golden("expected.safetensors"));
    for (const [name, tensor] of Object.entries(state)) {
      assertEquals(tensor.data(), wanted[`${file}/state_dict.module.${name}`].data(), name);
    }
    assertEquals(state["1.num_batches_tracked"].item(), 1);
    assertEquals(state["0.weight"].requiresGrad, true);
  }
});

test("loadWeights: wrappers and nesting of all sorts", () => {
  inFolder((folder) => {
    for (
      const prefix of [
        "",
        "module.",
        "model.",
        "backbone.",
        "encoder.",
        "visual.",
        "_orig_mod.",
        "state_dict.module.",
        "teacher.backbone.",
        "model_ema._orig_mod.module.",
        "anything.at.all.",
      ]
    ) {
      using model = new Small(2);
      const path = saved(folder, {
        ...small(2, prefix),
        // What lies beside it does not count.
        ...(prefix === "" ? {} : { "teacher.head.mlp.weight": torch.ones([1]) }),
      });
      assertEquals(loadWeights(model, path).prefix, prefix);
      assertEquals(model.conv.stateDict().weight.sum().item(), 12);
    }
  });
});

test("loadWeights: of several state dicts that fit, one must be chosen", () => {
  inFolder((folder) => {
    using model = new Small(2);
    const path = saved(folder, {
      ...small(2, "student.module."),
      ...small(2, "teacher."),
      "teacher.conv.weight": torch.zeros([4, 3]),
    });
    const { message } = assertThrows(() => loadWeights(model, path), ArgumentError);
    for (const word of ['"student.module."', '"teacher."', "prefix:"]) {
      assertStringIncludes(message, word);
    }
    assertEquals(loadWeights(model, path, { prefix: "teacher." }).loaded, 4);
    assertEquals(model.conv.stateDict().weight.sum().item(), 0);
  });
  inFolder((folder) => {
    // Shapes tell apart what names do not.
    using model = new Small(2);
    const path = saved(folder, { ...small(3, "student."), ...small(2, "teacher.") });
    assertEquals(loadWeights(model, path).prefix, "teacher.");
  });
});

test("loadWeights: a mismatch lists what differs, grouped, and loads nothing", () => {
  inFolder((folder) => {
    using model = new Small(2);
    const before = model.conv.stateDict().weight.toArray();
    const path = saved(folder, {
      "conv.weight": torch.ones([5, 3]),
      "fc.weight": torch.ones([2, 4]),
      "layer4.0.a": torch.ones([1]),
      "layer4.0.b": torch.ones([1]),
      "layer4.1.a": torch.ones([1]),
    });
    const { message } = assertThrows(() => loadWeights(model, path), ArgumentError);
    assertEquals(
      message,
      `${path} does not fit this Small; nothing was loaded.\n` +
        "  2 missing: conv.bias, fc.bias\n" +
        "  3 unexpected: layer4.0.* (2 keys), layer4.1.a\n" +
        "  1 of another shape: conv.weight is [5, 3], must be [4, 3]\n" +
        "Load it into the model it was saved from, or pass { strict: false } to pass over what is missing and unexpected.",
    );
    assertEquals(model.conv.stateDict().weight.toArray(), before);
    assertThrows(() => loadWeights(model, path, { strict: false }), ShapeError, "another shape");
    const report = loadWeights(model, path, {
      strict: false,
      rename: (name) => name === "conv.weight" ? null : name,
    });
    assertEquals([report.loaded, report.missing.length, report.unexpected.length], [1, 3, 3]);
  });
});

test("grouped: long lists become short", () => {
  const names = Array.from({ length: 40 }, (_, i) => `blocks.${i % 10}.attn.${i}`);
  assertEquals(
    grouped([...names, "fc.weight"]),
    "blocks.* (40 keys), fc.weight",
  );
  assertEquals(
    grouped(names).startsWith("blocks.0.attn.* (4 keys), blocks.1.attn.* (4 keys)"),
    true,
  );
  assert(grouped(names).endsWith("… 16 more"));
  assertEquals(grouped(["a", "b"]), "a, b");
});

test("loadWeights: a head of other classes is an error that names the option, and the option works", () => {
  inFolder((folder) => {
    using model = new Small(2);
    const head = model.fc.stateDict().weight.toArray();
    const path = saved(folder, small(5));
    const { message } = assertThrows(() => loadWeights(model, path), ShapeError);
    assertStringIncludes(message, 'Only the head (fc.*) does not fit: pass { head: "fresh" }');
    const report = loadWeights(model, path, { head: "fresh" });
    assertEquals([report.loaded, report.missing, report.unexpected], [2, [], []]);
    assertEquals(model.fc.stateDict().weight.toArray(), head);
    assertEquals(model.conv.stateDict().weight.sum().item(), 12);
    assertEquals(loadWeights(model, path, { head: "fit" }).loaded, 2);
    assertEquals(loadWeights(model, saved(folder, small(2)), { head: "fit" }).loaded, 4);
    saved(folder, small(5));
    // A model without a head: the checkpoint's is not passed over by accident either.
    using bare = new Small(0);
    assertThrows(() => loadWeights(bare, path), ArgumentError, 'head: "fresh"');
    assertEquals(loadWeights(bare, path, { head: "fresh" }).loaded, 2);
    // A checkpoint without a head.
    const { "conv.weight": weight, "conv.bias": bias } = small(2);
    const headless = saved(folder, { "conv.weight": weight, "conv.bias": bias });
    assertThrows(() => loadWeights(model, headless), ArgumentError, 'head: "fresh"');
    assertEquals(loadWeights(model, headless, { head: "fresh" }).loaded, 2);
    // deno-lint-ignore no-explicit-any -- a value that the types forbid
    assertThrows(() => loadWeights(model, path, { head: "new" as any }), ArgumentError, '"new"');
    using plain = new Net();
    assertThrows(() => loadWeights(plain, path, { head: "fresh" }), ArgumentError, "headPrefixes");
  });
});

test("loadWeights: a head that is only held aside is found by its parts", () => {
  class Apart extends nn.Classifier {
    features_ = new nn.Linear(3, 4);
    classifier = [new nn.Linear(4, 4), new nn.Linear(4, 2)];
    readonly #head = new nn.Sequential(new nn.Dropout(0.1), this.classifier[1]);
    readonly featureDim = 4;
    readonly numClasses = 2;
    get head(): nn.Module {
      return this.#head;
    }
    override features(images: Tensor): Tensor {
      return this.classifier[0].forward(this.features_.forward(images));
    }
  }
  inFolder((folder) => {
    using model = new Apart();
    const state = { ...model.stateDict(), "classifier.1.weight": torch.ones([7, 4]) };
    const path = saved(folder, state);
    assertThrows(() => loadWeights(model, path), ShapeError, "head (classifier.1.*)");
    assertEquals(loadWeights(model, path, { head: "fresh" }).loaded, 4);
  });
});

test("loadWeights: dtypes are converted, the model keeps its own; old files lack BatchNorm's counters", () => {
  inFolder((folder) => {
    using net = new Net();
    net.to(device);
    const state: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(net.stateDict())) {
      if (!name.endsWith("tracked")) {
        state[name] = torch.full(tensor.shape, 1.5, { dtype: "float16" });
      }
    }
    const report = loadWeights(net, saved(folder, state));
    assertEquals(report.missing, ["1.num_batches_tracked"]);
    for (const [name, tensor] of Object.entries(net.stateDict())) {
      if (name.endsWith("tracked")) continue;
      assertEquals([tensor.dtype, tensor.device.split(":")[0]], ["float32", device]);
      assertEquals(tensor.mean().item(), 1.5);
    }
  });
  using pair = new nn.Linear(3, 2);
  const error = assertThrows(
    () =>
      loadWeights(pair, golden("dtypes.pth"), {
        rename: (name) => ({ complex64: "bias", float32: "weight" })[name] ?? null,
        strict: false,
      }),
    Error,
  );
  // complex64 has three elements: the shape is told first.
  assert(error instanceof ShapeError);
  class Three extends nn.Module {
    z = this.registerParameter("z", torch.zeros([3]));
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  using three = new Three();
  assertThrows(
    () =>
      loadWeights(three, golden("dtypes.pth"), {
        rename: (name) => name === "complex64" ? "z" : null,
      }),
    DTypeError,
    "complex64",
  );
});

test("loadWeights: tensors larger than a piece, of every kind, arrive whole", () => {
  inFolder((folder) => {
    class Large extends nn.Module {
      same = this.registerParameter("same", torch.zeros([3, 1_000_003]));
      half = this.registerParameter("half", torch.zeros([5_000_001]));
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    using model = new Large();
    const same = torch.arange(3_000_009, { dtype: "float32" }).reshape(3, 1_000_003);
    const half = torch.arange(5_000_001).remainder(1000).to("float16");
    const path = saved(folder, { same, half });
    loadWeights(model, path);
    assertEquals(torch.call("aten::equal", model.same, same), true);
    assertEquals(torch.call("aten::equal", model.half, half.float()), true);
    // In another order in memory.
    torch.noGrad(() => model.same.zero_());
    const turned = model.same.detach().t().contiguous().t();
    torch.noGrad(() => void torch.call("aten::set_data", model.same, turned));
    assert(!model.same.isContiguous);
    loadWeights(model, path);
    assertEquals(torch.call("aten::equal", model.same, same), true);
  });
});

test("loadWeights: copying takes next to no memory beside the model", () => {
  inFolder((folder) => {
    using model = new nn.Linear(2000, 2000);
    const path = saved(folder, model.stateDict());
    torch.resetPeakMemory();
    const before = torch.memory();
    loadWeights(model, path);
    const after = torch.memory();
    assertEquals(after.tensors, before.tensors);
    assert(after.peakBytes - before.bytes < 100_000, `${after.peakBytes - before.bytes}`);
  });
});

test("loadWeights: assign shares the file's memory, and what is written never reaches the file", () => {
  inFolder((folder) => {
    const path = saved(folder, small(2));
    const before = Deno.readFileSync(path);
    using one = new Small(2);
    using two = new Small(2);
    const weight = one.conv.stateDict().weight;
    const bytes = torch.memory().bytes;
    loadWeights(one, path, { assign: true });
    loadWeights(two, path, { assign: true });
    assert(torch.memory().bytes < bytes);
    assertEquals([weight.requiresGrad, weight.isLeaf, weight.sum().item()], [true, true, 12]);
    assert(one.conv.stateDict().weight === weight);
    // Trained all the same.
    one.forward(torch.ones([1, 3])).sum().backward();
    torch.noGrad(() => weight.sub_(weight.grad!));
    assertEquals(two.conv.stateDict().weight.sum().item(), 12);
    assertEquals(Deno.readFileSync(path), before);
    one.zeroGrad();
    // Another dtype is converted as without it.
    using three = new Small(2).to("float64");
    loadWeights(three, path, { assign: true });
    assertEquals(three.conv.stateDict().weight.dtype, "float64");
    assertEquals(three.conv.stateDict().weight.sum().item(), 12);
  });
  // Old files do not align their tensors.
  using net = new Net();
  loadWeights(net, golden("training_legacy.pth"), { assign: true });
  using other = new Net();
  loadWeights(other, golden("training_legacy.pth"));
  for (const [name, tensor] of Object.entries(net.stateDict())) {
    assertEquals(tensor.data(), other.stateDict()[name].data());
  }
});

test("loadWeights: dialects translate other names, under prefixes too", () => {
  const dialects = [
    { name: "nobody's", recognizes: () => false, translate: () => ({}) },
    {
      name: "a neighbor's",
      recognizes: (keys: ReadonlySet<string>) => keys.has("stem.w"),
      translate: (state: Readonly<Record<string, Tensor>>) => ({
        "conv.weight": state["stem.w"],
        "conv.bias": state["stem.b"],
        "fc.weight": torch.cat([state["out.w1"], state["out.w2"]]),
        "fc.bias": state["out.b"].reshape(2),
      }),
    },
  ];
  for (const prefix of ["", "state_dict.module."]) {
    inFolder((folder) => {
      using model = new Small(2);
      const path = saved(folder, {
        [`${prefix}stem.w`]: torch.ones([4, 3]),
        [`${prefix}stem.b`]: torch.ones([4]),
        [`${prefix}out.w1`]: torch.ones([1, 4]),
        [`${prefix}out.w2`]: torch.zeros([1, 4]),
        [`${prefix}out.b`]: torch.ones([1, 2]),
      });
      assertThrows(() => loadWeights(model, path), ArgumentError, "stem");
      const report = loadWeights(model, path, { dialects });
      assertEquals([report.dialect, report.prefix, report.loaded], ["a neighbor's", prefix, 4]);
      assertEquals(model.fc.stateDict().weight.toArray(), [[1, 1, 1, 1], [0, 0, 0, 0]]);
      assertEquals(model.conv.stateDict().weight.sum().item(), 12);
    });
  }
});

test("loadWeights: a model fits a state of another size to itself if it can", () => {
  class Adapting extends nn.Linear {
    adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
      return { ...state, weight: state.weight.narrow(0, 0, 2) };
    }
  }
  inFolder((folder) => {
    using model = new Adapting(3, 2);
    const path = saved(folder, { weight: torch.ones([5, 3]), bias: torch.ones([2]) });
    assertEquals(loadWeights(model, path).loaded, 2);
    assertEquals(model.stateDict().weight.toArray(), [[1, 1, 1], [1, 1, 1]]);
  });
});

test("loadWeights: an open checkpoint serves several models, with names of the user's choice", () => {
  using checkpoint = openWeights(golden("training.pth"));
  using first = new nn.Linear(3, 4);
  using last = new nn.Linear(4, 2);
  assertEquals(loadWeights(first, checkpoint).prefix, "state_dict.module.0.");
  assertThrows(
    () => loadWeights(first, checkpoint, { prefix: "state_dict.module.2." }),
    ShapeError,
    "state_dict.module.2.",
  );
  const rename = (name: string) => name.replace("state_dict.module.2", "it");
  assertEquals(loadWeights(last, checkpoint, { prefix: "it.", rename }).loaded, 2);
  assertThrows(
    () => loadWeights(last, checkpoint, { rename: () => "weight" }),
    ArgumentError,
    "two tensors",
  );
});
