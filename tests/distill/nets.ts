/** Small networks and teachers for the tests of this folder. */

import { assert, assertEquals } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device } from "../helpers.ts";

/** A classifier of flat images with one hidden layer, whose outputs are its features. */
export class SmallNet extends nn.Classifier {
  readonly body: nn.Linear;
  readonly head: nn.Linear;

  constructor(
    inputs: number,
    readonly featureDim: number,
    readonly numClasses: number,
    readonly activation: "tanh" | "relu" = "tanh",
  ) {
    super();
    this.body = new nn.Linear(inputs, featureDim);
    this.head = new nn.Linear(featureDim, numClasses);
    this.to(device);
  }

  override features(images: torch.Tensor): torch.Tensor {
    return this.body.forward(images.flatten(1))[this.activation]();
  }
}

/** Everything that must be disposed of at the end of a test. */
export function freeAll(...modules: { dispose(): void }[]): void {
  for (const module of modules) module.dispose();
}

/** Images (count, 1, 2, 3) of random numbers. */
export const images = (count: number, dtype: torch.DType = "float32"): torch.Tensor =>
  torch.randn([count, 1, 2, 3], { dtype, device });

/** Labels as a batch holds them. */
export const classesOf = (values: number[]): torch.Tensor =>
  torch.tensor(values, { dtype: "int64", device });

/** Such images without labels, as they are. */
export const unlabelled = (pixels: torch.Tensor): data.UnlabelledBatch =>
  new data.UnlabelledBatch(pixels);

/** Images of a source that makes none itself: what is stored of it decides what teachers say about them. */
export class Source implements data.PixelSource {
  readonly images: number;
  readonly views = null;
  constructor(readonly pixels: torch.Tensor) {
    this.images = pixels.shape[0];
  }
  pixelsOf(): never {
    throw new Error("What is stored is not made again.");
  }
  pixelSpec(): Promise<null> {
    return Promise.resolve(null);
  }
  /** The images of these places, or all, in a variant. */
  batch(places?: number[], variant = 0): data.UnlabelledBatch {
    return new data.UnlabelledBatch(...this.#parts(places), { source: this, variant });
  }
  /** The same with labels. */
  labelled(labels: torch.Tensor, places?: number[], variant = 0): data.LabelledBatch {
    const [pixels, indices] = this.#parts(places);
    return new data.LabelledBatch(pixels, labels, indices, { source: this, variant });
  }
  #parts(places = Array.from({ length: this.images }, (_, i) => i)): [torch.Tensor, torch.Tensor] {
    const indices = torch.tensor(places, { dtype: "int64" });
    return [this.pixels.indexSelect(0, indices.to(device)), indices];
  }
}

/** What a teacher said about all images of a source, in one variant. */
export function storedOutputs(
  { features, logits }: teachers.TeacherOutput,
  variant = 0,
): teachers.StoredOutputs {
  return {
    rows: (asked, indices) => {
      if (asked !== variant) throw new RangeError(`variant ${asked} is not stored`);
      const places = torch.tensor([...indices], { dtype: "int64", device });
      const rows = (part: torch.Tensor) => part.indexSelect(0, places);
      return { features: rows(features), ...(logits && { logits: rows(logits) }) };
    },
  };
}

/** Teachers whose outputs for a source are stored, others than they say if `changed` by name; asking one is an error. */
export function storedShelf(
  list: readonly teachers.Teacher[],
  source: Source,
  changed: Record<string, object> = {},
): teachers.Shelf {
  const shelf = new teachers.Shelf(silent(list));
  const outputs = list.map((teacher) =>
    [
      teacher.name,
      storedOutputs({ ...teacher.run(source.pixels), ...changed[teacher.name] }),
    ] as const
  );
  shelf.use(source, new Map(outputs));
  return shelf;
}

/** Teachers that must not be asked: they throw. */
export function silent(list: readonly teachers.Teacher[]): teachers.Teacher[] {
  const refuse = (name: string) => (): never => {
    throw new Error(`${name} was asked`);
  };
  return list.map(({ name, featureDim, numClasses }) =>
    numClasses === null
      ? teachers.descriptive({ name, featureDim, features: refuse(name) })
      : teachers.predictive({ name, featureDim, numClasses, run: refuse(name) })
  );
}

/** Two predictive teachers of 4 classes and one descriptive one for such images, and their models. */
export function threeTeachers(): { list: teachers.Teacher[]; models: SmallNet[] } {
  torch.manualSeed(5);
  const models = [new SmallNet(6, 7, 4), new SmallNet(6, 3, 4), new SmallNet(6, 8, 2)];
  return {
    models,
    list: [
      teachers.predictive({ name: "wide", model: models[0] }),
      teachers.predictive({ name: "narrow", model: models[1] }),
      teachers.descriptive({ name: "other", model: models[2] }),
    ],
  };
}

/** A descriptive teacher as wide as the first of {@linkcode threeTeachers}, which answers until `fail` is called. */
export function failingTeacher(): {
  failing: teachers.Teacher;
  model: SmallNet;
  fail: () => void;
} {
  const model = new SmallNet(6, 7, 2);
  let isWell = true;
  const failing = teachers.descriptive({
    name: "failing",
    featureDim: 7,
    features: (x) => {
      if (!isWell) throw new RangeError("out of order");
      return model.features(x);
    },
  });
  return { failing, model, fail: () => isWell = false };
}

/** A method of a lesson that is given; by default it makes logits small. */
export function methodOf(
  needs: distill.Needs,
  lesson: (seen: distill.Seen, terms: distill.Terms) => void = ({ student }, terms) =>
    terms.add("size", 1, () => student.logits.pow(2).mean()),
) {
  return class Own extends distill.Method {
    static override readonly needs = needs;
    protected override lesson(seen: distill.Seen, terms: distill.Terms): void {
      lesson(seen, terms);
    }
  };
}

/**
 * The largest difference between a gradient and its central differences at up to five places,
 * relative to the gradient's size.
 */
export function gradientError(
  parameter: torch.Tensor,
  loss: () => torch.Tensor,
  epsilon = 1e-6,
): number {
  const [gradient] = torch.grad([loss()], [parameter]);
  const expected = gradient!.flatten();
  const flat = parameter.detach().flatten(); // shares memory
  let worst = 0;
  let largest = 1e-3;
  const count = flat.numel;
  for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 5))) {
    const place = flat.narrow(0, i, 1);
    const value = place.item();
    place.fill_(value + epsilon);
    const above = loss().item();
    place.fill_(value - epsilon);
    const below = loss().item();
    place.fill_(value);
    const exact = expected.narrow(0, i, 1).item();
    worst = Math.max(worst, Math.abs((above - below) / (2 * epsilon) - exact));
    largest = Math.max(largest, Math.abs(exact));
  }
  return worst / largest;
}

/** Runs a body of very many small steps on one thread: where cores are busy, waiting for a second one takes far longer. */
export function onOneThread(body: () => void): void {
  const before = torch.getNumThreads();
  torch.setNumThreads(1);
  try {
    body();
  } finally {
    torch.setNumThreads(before);
  }
}

/** The codes that a method's encoders make of the features of the teacher at a place, all widths being different. */
export function encode(
  method: distill.Uniform,
  place: number,
  features: torch.Tensor,
): torch.Tensor {
  return method.space!.encoders.at(place).forward(features.unsqueeze(0)).squeeze(0);
}

/** What its decoder makes of codes. */
export function decode(method: distill.Uniform, place: number, codes: torch.Tensor): torch.Tensor {
  return method.space!.decoders.at(place).forward(codes.unsqueeze(0)).squeeze(0);
}

/** The names of a step's terms, without those of single teachers. */
export const own = (terms: object): string[] =>
  Object.keys(terms).filter((name) => !name.startsWith("teachers."));

/** Asserts that a method in float64 has the gradients of its loss, by finite differences at places of every parameter. */
export function assertGradients(
  method: distill.Method,
  models: readonly nn.Module[],
  loss: () => torch.Tensor,
): void {
  method.to("float64");
  for (const model of models) model.to("float64");
  onOneThread(() => {
    for (const [name, parameter] of method.namedParameters()) {
      const error = gradientError(parameter, loss);
      assert(error < 1e-6, `${name}: ${error}`);
    }
  });
}

/** Asserts that gradients reach all that a method trains, and none of the teachers' models. */
export function assertReached(
  method: distill.Method,
  models: readonly nn.Module[],
  batch: data.UnlabelledBatch,
): void {
  method.step(batch).loss.backward();
  for (const [name, parameter] of method.namedParameters()) {
    assert(parameter.grad !== null && parameter.grad.abs().sum().item() > 0, name);
  }
  for (const model of models) for (const p of model.parameters()) assertEquals(p.grad, null);
  method.zeroGrad();
}

/** Asserts that under autocast a method's terms are float32 and close to those without, and that gradients flow. */
export function assertAutocasts(method: distill.Method, batch: data.UnlabelledBatch): void {
  const plain = method.step(batch);
  const half = torch.autocast(() => method.step(batch), { device });
  for (const name of own(plain.terms)) {
    assertEquals(half.terms[name].dtype, "float32");
    assertClose(half.terms[name], plain.terms[name], { rtol: 0.1 });
  }
  half.loss.backward();
  for (const [name, p] of method.namedParameters()) assert(p.grad !== null, name);
  method.zeroGrad();
}
