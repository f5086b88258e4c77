import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DisposedError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const one = () => torch.ones([2], { device });
const live = () => torch.memory().tensors;
/** A turn of the event loop, so that all microtasks have run. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

test("scope: disposes of what is made in it, and of nothing else", () => {
  const outer = one();
  let inner: torch.Tensor;
  const before = live();
  torch.scope(() => {
    inner = outer.add(1);
    inner.mul(2);
    assertEquals(live(), before + 2);
  });
  assertEquals(live(), before);
  assert(inner!.isDisposed);
  assertThrows(() => inner.add(1), DisposedError, "torch.keep");
  assertClose(outer, [1, 1]);
});

test("scope: tensors in what is returned live on in the scope around it", () => {
  const before = live();
  torch.scope(() => {
    const outer = live();
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const result = torch.scope(() => ({
      tensor: one(),
      list: [one(), [one()]],
      map: new Map([["a", one()]]),
      set: new Set([one()]),
      nothing: [null, undefined, 3, "text", cycle],
      gone: (one(), 5),
    }));
    assertEquals(live(), outer + 5);
    assertClose(result.map.get("a")!, [1, 1]);
  });
  assertEquals(live(), before);
});

test("scope: a tensor that it returns and did not make stays with its owner", () => {
  const outer = one();
  const before = live();
  assert(torch.scope(() => outer) === outer);
  torch.scope(() => torch.scope(() => outer));
  assertEquals(live(), before);
  assertClose(outer, [1, 1]);
});

test("scope: keep takes a tensor out of every scope around it", () => {
  let kept: torch.Tensor;
  torch.scope(() => torch.scope(() => void (kept = torch.keep(one()))));
  assertClose(kept!, [1, 1]);
  kept!.dispose();
  assertThrows(() => torch.keep(kept), DisposedError);
});

test("scope: disposing of tensors inside, twice, or of all of them does no harm", () => {
  const before = live();
  torch.scope(() => {
    const a = one();
    a.dispose();
    a.dispose();
    // The slot is used again: the old handle must not name the new tensor.
    const b = one();
    assert(a.isDisposed);
    a.dispose();
    assert(!b.isDisposed);
    {
      using c = one();
      assertClose(c, [1, 1]);
    }
  });
  assertEquals(live(), before);
});

test("scope: an exception closes it and passes through", () => {
  const before = live();
  assertThrows(
    () =>
      torch.scope(() => {
        one();
        torch.scope(() => {
          one();
          throw new RangeError("mine");
        });
      }),
    RangeError,
    "mine",
  );
  assertEquals(live(), before);
  // The stack is as it was: what is made now belongs to the test's own scope.
  torch.scope(() => void one());
  assertEquals(live(), before);
});

test("scope: a disposed tensor in the result is an error that closes the scope", () => {
  const before = live();
  assertThrows(() =>
    torch.scope(() => {
      const a = one();
      a.dispose();
      return [one(), a];
    }), DisposedError);
  torch.scope(() => void one());
  assert(live() <= before + 1);
});

test("scope: using closes at the end of the block, innermost first", () => {
  const before = live();
  {
    using _outer = torch.scope();
    one();
    {
      using _inner = torch.scope();
      one();
      assertEquals(live(), before + 2);
    }
    assertEquals(live(), before + 1);
    one();
  }
  assertEquals(live(), before);
});

test("scope: closed out of order, each frees its own", () => {
  const before = live();
  const first = torch.scope();
  const a = one();
  const second = torch.scope();
  const b = one();
  first.dispose();
  first.dispose();
  assert(a.isDisposed && !b.isDisposed);
  const c = one();
  second.dispose();
  assert(b.isDisposed && c.isDisposed);
  assertEquals(live(), before);
});

test("scope: a long loop of disposed tensors does not grow", () => {
  using _ = torch.scope();
  const kept = one();
  for (let i = 0; i < 20_000; i++) kept.add(i).dispose();
  assertClose(kept, [1, 1]);
});

test("scope: an async function's scope follows it across its awaits", async () => {
  const before = live();
  const made: torch.Tensor[] = [];
  const sum = await torch.scope(async () => {
    for (let i = 0; i < 3; i++) {
      made.push(one());
      await turn();
      made.push(one().add(i));
      await null;
    }
    return made[5].sum();
  });
  assert(made.every((tensor) => tensor.isDisposed));
  assertEquals(sum.item(), 6);
  sum.dispose();
  assertEquals(live(), before);
});

test("scope: what an async function's scope makes meanwhile is not taken from the caller", async () => {
  const before = live();
  const running = torch.scope(async () => {
    await turn();
    one();
    await turn();
  });
  using mine = one();
  await turn();
  using later = mine.add(1);
  await running;
  assertClose(later, [2, 2]);
  assertEquals(live(), before + 2);
});

test("scope: async scopes within async scopes hand over to the one around", async () => {
  const before = live();
  let inner: torch.Tensor;
  const outer = await torch.scope(async () => {
    await null;
    inner = await torch.scope(async () => {
      await null;
      const passing = one();
      await null;
      return passing.add(1);
    });
    assertClose(inner, [2, 2]);
    return torch.scope(() => inner.add(1));
  });
  assert(inner!.isDisposed);
  assertClose(outer, [3, 3]);
  outer.dispose();
  assertEquals(live(), before);
});

test("scope: an async function's results live on", async () => {
  const before = live();
  let early: torch.Tensor;
  const result = await torch.scope(async () => {
    early = one();
    const returned = one();
    await turn();
    assert(!early.isDisposed);
    using later = early.add(1);
    assertClose(later, [2, 2]);
    return { returned, later: early.add(2) };
  });
  assert(early!.isDisposed);
  assertClose(result.returned, [1, 1]);
  assertClose(result.later, [3, 3]);
  result.returned.dispose();
  result.later.dispose();
  assertEquals(live(), before);
});

test("scope: an async function that fails has its scope closed", async () => {
  const before = live();
  await assertRejects(
    () =>
      torch.scope(async () => {
        one();
        await turn();
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  );
  await assertRejects(
    () =>
      // deno-lint-ignore require-await -- fails before any await
      torch.scope(async () => {
        one();
        throw new RangeError("mine");
      }),
    RangeError,
  );
  assertEquals(live(), before);
});

test("scope: tasks of async scopes that take turns neither catch nor free each other's tensors", async () => {
  const before = live();
  const steps = 20;
  const task = async (seed: number): Promise<number> => {
    let sum = await torch.scope(async () => {
      const mine = torch.full([2], seed, { device });
      for (let i = 0; i < steps; i++) {
        // Different tasks wait differently: microtasks, several of them, turns of the event loop.
        if ((i + seed) % 3 === 0) await turn();
        else for (let k = 0; k < seed; k++) await null;
        const more = torch.scope(() => mine.add(i).mul(2));
        assertClose(more, [2 * (seed + i), 2 * (seed + i)]);
        more.dispose();
      }
      return torch.keep(mine.add(0));
    });
    assertClose(sum, [seed, seed]);
    sum.dispose();
    sum = one();
    sum.dispose();
    return seed;
  };
  assertEquals(await Promise.all([1, 2, 3, 4, 5].map(task)), [1, 2, 3, 4, 5]);
  assertEquals(live(), before);
});

test("scope: a using scope open at an await frees nothing of the caller that goes on", async () => {
  const made: torch.Tensor[] = [];
  async function careless(): Promise<void> {
    using _ = torch.scope();
    made.push(one());
    await turn();
  }
  const running = careless();
  // Still the same stretch of synchronous code: the other's scope is open, and nobody can tell.
  const mine = one();
  const shared = torch.scope(() => one());
  await running;
  assertClose(mine, [1, 1]);
  assertClose(shared, [1, 1]);
  for (const tensor of [mine, shared, ...made]) tensor.dispose();
});

test("scope: a using scope open at an await frees nothing of a task that runs before any other", async () => {
  const made: torch.Tensor[] = [];
  let mine: torch.Tensor;
  async function careless(): Promise<void> {
    await null;
    using _ = torch.scope();
    made.push(one());
    await turn();
  }
  async function other(): Promise<void> {
    await null;
    // Queued before the first task opened its scope, so before anything the scope could have queued.
    mine = one();
    await turn();
    await turn();
    assertClose(mine, [1, 1]);
  }
  await Promise.all([careless(), other()]);
  for (const tensor of [mine!, ...made]) tensor.dispose();
});

test("scope: tensors made after an await are not the old scope's", async () => {
  let late: torch.Tensor;
  {
    using _ = torch.scope();
    await turn();
    late = one();
  }
  assertClose(late, [1, 1]);
  late.dispose();
});

test("scope: the scope around an async call keeps collecting after it", async () => {
  const before = live();
  let inside: Promise<void>;
  torch.scope(() => {
    one();
    inside = torch.scope(async () => {
      one();
      await turn();
    });
    one();
    assertEquals(live(), before + 3);
  });
  // The async one holds its tensor until it is done.
  assertEquals(live(), before + 1);
  await inside!;
  assertEquals(live(), before);
});

test("scope: many tasks with using scopes within their synchronous parts do not mix", async () => {
  const before = live();
  const task = async (seed: number): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      let result: torch.Tensor;
      {
        using _ = torch.scope();
        const a = torch.full([2], seed, { device });
        result = torch.keep(a.add(i));
      }
      await (i % 2 ? turn() : null);
      assertClose(result, [seed + i, seed + i]);
      result.dispose();
    }
  };
  await Promise.all([1, 2, 3, 4].map(task));
  assertEquals(live(), before);
});

test("scope: what a scope returns and another owner keeps stays with that owner", async () => {
  const kept = torch.keep(one());
  let inner: torch.Tensor;
  await torch.scope(async () => {
    await turn();
    inner = one();
    assert(torch.scope(() => kept) === kept);
    torch.scope(() => [kept, inner]);
    await torch.scope(async () => {
      await turn();
      return { kept, inner };
    });
    assertClose(inner, [1, 1]);
  });
  assert(inner!.isDisposed);
  assertClose(kept, [1, 1]);
  kept.dispose();
});
