import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { Best, type BestOptions } from "../../src/train/best.ts";
import { test } from "../helpers.ts";

/** Which epochs were the best so far, and the first after which to stop. */
function play(options: Partial<BestOptions>, values: number[]): [number[], number | undefined] {
  const best = new Best({ metric: "accuracy", ...options });
  const verdicts = values.map((value, i) => best.update(value, i + 1));
  const improved = verdicts.flatMap((verdict, i) => verdict.improved ? [i + 1] : []);
  const stop = verdicts.findIndex((verdict) => verdict.stop) + 1;
  return [improved, stop || undefined];
}

test("the best is the highest, or the lowest, and only what is better", () => {
  assertEquals(play({}, [0.1, 0.3, 0.3, 0.2, 0.4]), [[1, 2, 5], undefined]);
  assertEquals(play({ mode: "min" }, [3, 4, 2, 2, 1]), [[1, 3, 5], undefined]);
  assertEquals(play({ minDelta: 0.1 }, [0.5, 0.55, 0.625, 0.7, 0.75]), [[1, 3, 5], undefined]);
});

test("training stops after so many evaluations without an improvement", () => {
  assertEquals(play({ patience: 2 }, [0.1, 0.3, 0.2, 0.3, 0.4]), [[1, 2, 5], 4]);
  assertEquals(play({ patience: 1, mode: "min" }, [3, 2, 2.5]), [[1, 2], 3]);
  assertEquals(play({ patience: 3, minDelta: 1 }, [5, 5.5, 6, 6]), [[1], 4]);
});

test("what is not a number never is an improvement, not even the first", () => {
  assertEquals(play({ patience: 2 }, [NaN, 0.1, NaN, NaN]), [[2], 4]);
  assertEquals(play({ patience: 2, mode: "min" }, [NaN, NaN]), [[], 2]);
  assertEquals(play({ mode: "min" }, [Infinity, -Infinity, 3]), [[3], undefined]);
});

test("one that goes on from plain data says the same", () => {
  const options: BestOptions = { metric: "loss", mode: "min", patience: 3 };
  let best = new Best(options);
  const whole = new Best(options);
  for (const [i, value] of [NaN, 3, 4, 2, 2, 5, 3].entries()) {
    assertEquals(best.update(value, i + 1), whole.update(value, i + 1));
    const next = new Best(options);
    next.restore(JSON.parse(JSON.stringify(best.state())));
    best = next;
  }
  assertEquals([best.value, best.epoch, best.state()], [2, 4, { value: 2, epoch: 4, waited: 3 }]);
  assertEquals([new Best(options).value, new Best(options).epoch], [undefined, undefined]);
});

test("the metric is found in what an evaluation returns, or the nearest names are said", () => {
  const best = new Best({ metric: "acuracy" });
  const record = { loss: 1, accuracy: 0.5, note: "text" };
  assertEquals(new Best({ metric: "accuracy" }).valueIn(record), 0.5);
  assertThrows(() => best.valueIn(record), ArgumentError, "accuracy, loss");
  assertThrows(() => new Best({ metric: "note" }).valueIn(record), ArgumentError, '"note"');
  assertThrows(() => new Best({ metric: "toString" }).valueIn(record), ArgumentError, "toString");
  assertThrows(() => best.valueIn({}), ArgumentError, "none");
});

test("options and states that cannot be used are refused", () => {
  const wrong = [
    { metric: "" },
    { mode: "most" as "max" },
    { patience: 0 },
    { patience: 1.5 },
    { minDelta: -1 },
    { minDelta: NaN },
  ];
  for (const options of wrong) {
    assertThrows(() => new Best({ metric: "a", ...options }), ArgumentError, "Best: ");
  }
  const states = [null, {}, { value: 1, epoch: null, waited: 0 }, {
    value: null,
    epoch: null,
    waited: -1,
  }];
  for (const state of states) {
    assertThrows(() => new Best({ metric: "a" }).restore(state as never), ArgumentError, "state()");
  }
});
