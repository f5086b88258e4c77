import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { byName, either, list, named, nullable, pair, table } from "../../src/base/option_parts.ts";
import { choice, flag, number, text, whole } from "../../src/base/option_values.ts";
import {
  checkOptions,
  type OptionTable,
  resolveOptions,
  schemaOf,
} from "../../src/base/options.ts";

type Shape = "linear" | "mlp" | { shape: "mlp"; hidden?: number };

interface SampleOptions {
  lr: number;
  betas?: readonly [number, number];
  steps?: number;
  amsgrad?: boolean;
  clipNorm?: number | null;
  shape?: Shape;
  weights?: Record<string, number>;
  tags?: readonly string[];
  beta?: number;
}

const SHAPE: OptionTable<{ shape: "mlp"; hidden?: number }> = {
  shape: choice(["mlp"], { help: "the kind" }),
  hidden: whole({ default: 64, min: 1, help: "the width of the hidden layer" }),
};

const SAMPLE: OptionTable<SampleOptions> = {
  lr: number({ min: 0, help: "the learning rate" }),
  betas: pair(number({ min: 0, below: 1 }), {
    default: [0.9, 0.999],
    help: "how slowly averages move",
    wants: "two numbers from 0 to below 1",
  }),
  steps: whole({ default: 10, min: 1, help: "how many" }),
  amsgrad: flag({ default: false, help: "largest average" }),
  clipNorm: nullable(number({ above: 0, help: "the largest norm" })),
  shape: either([choice(["linear", "mlp"], {}), table(SHAPE, {})], {
    default: "mlp",
    help: "the projection",
  }),
  weights: byName(number({ min: 0 }), { default: {}, help: "by teacher" }),
  tags: list(text({}), { default: [], help: "words" }),
  beta: number({ default: 0.5, above: 0, max: 1, help: "a share" }),
};

const fail = (given: unknown, message: string) =>
  assertThrows(
    () => resolveOptions("Sample", SAMPLE, given as SampleOptions),
    ArgumentError,
    message,
  );

Deno.test("options: defaults are filled in, nested ones too, and nothing is shared with what was given", () => {
  const betas: [number, number] = [0.5, 0.6];
  const filled = resolveOptions("Sample", SAMPLE, {
    lr: 1,
    betas,
    shape: { shape: "mlp" },
    steps: undefined,
  });
  betas[0] = 7;
  assertEquals(filled, {
    lr: 1,
    betas: [0.5, 0.6],
    steps: 10,
    amsgrad: false,
    clipNorm: null,
    shape: { shape: "mlp", hidden: 64 },
    weights: {},
    tags: [],
    beta: 0.5,
  });
  filled.tags as string[];
  (filled.tags as string[]).push("x");
  assertEquals(resolveOptions("Sample", SAMPLE, { lr: 1 }).tags, []);
});

Deno.test("options: what cannot be used is named with its value and what is wanted", () => {
  fail({}, "Sample: lr must be a number of at least 0, and is missing: it is the learning rate.");
  fail({ lr: -1 }, "Sample: lr must be a number of at least 0, got -1.");
  fail({ lr: NaN }, "Sample: lr must be a number of at least 0, got NaN.");
  fail({ lr: "1" }, 'Sample: lr must be a number of at least 0, got "1".');
  fail({ lr: null }, "Sample: lr must be a number of at least 0, got null.");
  fail({ lr: 1, betas: [0.9, 1] }, "betas must be two numbers from 0 to below 1, got [0.9, 1].");
  fail({ lr: 1, betas: [0.9] }, "betas must be two numbers from 0 to below 1, got [0.9].");
  fail({ lr: 1, steps: 1.5 }, "steps must be a whole number of at least 1, got 1.5.");
  fail({ lr: 1, amsgrad: 1 }, "amsgrad must be true or false, got 1.");
  fail({ lr: 1, clipNorm: 0 }, "clipNorm must be a number above 0, got 0.");
  fail({ lr: 1, shape: "cubic" }, 'shape must be "linear" or "mlp", or an object with shape');
  fail({ lr: 1, shape: { shape: "mlp", hiden: 3 } }, 'did you mean "hidden"?');
  fail({ lr: 1, shape: { shape: "mlp", hidden: 0 } }, "Sample: shape.hidden must be a whole");
  fail({ lr: 1, weights: { a: -1 } }, "Sample: weights.a must be a number of at least 0, got -1.");
  fail({ lr: 1, tags: ["a", 3] }, "Sample: tags[1] must be text, got 3.");
  fail({ lr: 1, beta: 0 }, "beta must be a number from above 0 to 1, got 0.");
  fail({ lr: 1, bta: 0 }, 'Sample: there is no option "bta"; did you mean "beta"?');
  fail(3, "Sample must be an object with options, got 3.");
  fail(JSON.parse('{ "lr": 1, "__proto__": 3 }'), 'there is no option "__proto__"');
});

Deno.test("options: a changed one is checked again, and what is not in the table is passed over", () => {
  const filled = { ...resolveOptions("Sample", SAMPLE, { lr: 1 }), params: [] };
  checkOptions("Sample", SAMPLE, filled);
  filled.lr = -2;
  assertThrows(() => checkOptions("Sample", SAMPLE, filled), ArgumentError, "lr must be");
});

Deno.test("options: a thing by its name has the options of that name", () => {
  const one: OptionTable<{ lr?: number }> = { lr: number({ default: 1, help: "rate" }) };
  const kind = named({ AdamW: one, SGD: {} }, { what: "optimizer" });
  assertEquals(kind.read("AdamW", "optimizer"), { name: "AdamW", lr: 1 });
  assertEquals(kind.read({ name: "AdamW", lr: 2 }, "optimizer"), { name: "AdamW", lr: 2 });
  assertThrows(
    () => kind.read({ name: "AdmW" }, "optimizer"),
    ArgumentError,
    'optimizer: there is no optimizer "AdmW"; did you mean "AdamW"?',
  );
  assertThrows(
    () => kind.read({ name: "AdamW", lrr: 2 }, "optimizer"),
    ArgumentError,
    'optimizer: there is no option "lrr"; did you mean "lr"?',
  );
  assertThrows(() => kind.read({ lr: 2 }, "optimizer"), ArgumentError, "an object with a name");
});

Deno.test("options: the schema says what the table says", () => {
  const { properties, required, additionalProperties } = schemaOf(SAMPLE) as {
    properties: Record<string, unknown>;
    required: string[];
    additionalProperties: boolean;
  };
  assertEquals(required, ["lr"]);
  assertEquals(additionalProperties, false);
  assertEquals(properties.beta, {
    type: "number",
    exclusiveMinimum: 0,
    maximum: 1,
    description: "a share",
    default: 0.5,
  });
  assertEquals(properties.clipNorm, {
    anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }],
    description: "the largest norm",
    default: null,
  });
});
