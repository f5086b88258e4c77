import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { context, open } from "../../ffi/native.ts";
import { HANDLE } from "../../src/torch/handle.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

interface Answer {
  [name: string]: number | boolean;
}

function start(): Worker {
  return new Worker(new URL("children/worker.ts", import.meta.url), { type: "module" });
}

function ask(worker: Worker, question: Record<string, unknown>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(question);
  });
}

test("workers use the library at once, each with tensors and counts of its own", async () => {
  open();
  // One first: a worker's modules are type-checked when it starts, the others then find that done.
  const workers = [start()];
  try {
    await ask(workers[0], { ask: "grad" });
    for (let i = 0; i < 3; i++) workers.push(start());
    const working = workers.map((worker, seed) => ask(worker, { ask: "work", seed }));
    const here = torch.scope(() => torch.full([64], 5).add(300).sum().item());
    const answers = await Promise.all(working);
    assertEquals(here, 64 * 305);
    assertEquals(answers.map(({ sum }) => sum), [0, 1, 2, 3].map((seed) => 64 * (seed + 300)));
    assertEquals(answers.map(({ live }) => live), [1, 1, 1, 1]);
    const contexts = [context, ...answers.map((answer) => answer.context)];
    assertEquals(new Set(contexts).size, 5);
  } finally {
    for (const worker of workers) worker.terminate();
  }
});

test("a tensor of one thread cannot be seen from another", async () => {
  using mine = torch.ones([3]);
  const worker = start();
  try {
    const question = { ask: "foreign", handle: mine[HANDLE], context };
    const { status, inOtherContext, live } = await ask(worker, question);
    assert(status === -8 || status === -9, `${status}`);
    assertEquals(inOtherContext, -12);
    assertEquals(live, 0);
    assertEquals(mine.toArray(), [1, 1, 1]);
  } finally {
    worker.terminate();
  }
});

test("modes of one thread are not those of another", async () => {
  const worker = start();
  try {
    const answer = torch.noGrad(() => {
      void torch.isGradEnabled();
      return { asked: ask(worker, { ask: "grad" }) };
    });
    assertEquals(await answer.asked, { enabled: true, records: true });
  } finally {
    worker.terminate();
  }
});

test("a worker that is terminated in the middle of its work harms nobody and frees its memory", async () => {
  const before = torch.memory().bytes;
  for (let round = 0; round < 3; round++) {
    const worker = start();
    assertEquals(await ask(worker, { ask: "endless" }) as unknown, "started");
    await new Promise((resolve) => setTimeout(resolve, 20));
    worker.terminate();
    assertEquals(torch.scope(() => torch.ones([10]).sum().item()), 10);
  }
  // Its thread ends a moment later.
  for (let i = 0; i < 100 && torch.memory().bytes > before; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert(torch.memory().bytes <= before, `${torch.memory().bytes - before} bytes are left`);
  const next = start();
  try {
    const { sum } = await ask(next, { ask: "work", seed: 1 });
    assertEquals(sum, 64 * 301);
  } finally {
    next.terminate();
  }
  assertNotEquals(torch.getNumThreads(), 0);
});
