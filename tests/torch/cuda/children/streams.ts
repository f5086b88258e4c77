// Uses streams, events and graphs of cards that write down what they are told, and prints that by name, with the errors.

import * as torch from "../../../../src/torch/mod.ts";

const { cuda } = torch;
const { symbols } = Deno.dlopen(Deno.args[0], {
  pretend_said: { parameters: ["buffer", "i32"], result: "i32" },
  pretend_failure: { parameters: ["i32"], result: "void" },
});
const text = new Uint8Array(1 << 16);
const results: Record<string, unknown> = {};

/** What the cards were told by `body`, and what it threw. */
function told(name: string, body: () => unknown): void {
  const before = torch.memory().tensors;
  let end: unknown;
  try {
    end = body();
  } catch (error) {
    end = `${(error as Error).name}: ${(error as Error).message}`;
  }
  const length = symbols.pretend_said(text, text.length);
  const said = new TextDecoder().decode(text.slice(0, length)).split("\n").filter(Boolean);
  results[name] = { said, end, left: torch.memory().tensors - before };
}

told("devices", () => {
  cuda.setDevice(1);
  const second = cuda.currentDevice();
  cuda.setDevice(0);
  return [cuda.isAvailable(), cuda.deviceCount(), second, cuda.currentDevice()];
});
told("no such device", () => cuda.setDevice(2));
told("the CPU", () => new cuda.Stream({ device: "cpu" }));

using one = new cuda.Stream({ device: "cuda:1" });
using high = new cuda.Stream({ priority: -1 });

told("streams", () => [one.device, high.device, one.query(), high.query()]);
told("stream", () =>
  cuda.stream(one, () => {
    using inner = cuda.currentStream();
    inner.synchronize();
    return cuda.currentDevice();
  }));
told("current after", () => {
  using current = cuda.currentStream("cuda:1");
  current.synchronize();
  return cuda.currentDevice();
});
told("stream that throws", () =>
  cuda.stream(one, () => {
    throw new RangeError("mine");
  }));
told(
  "stream within a stream",
  () => cuda.stream(one, () => torch.scope(() => cuda.stream(high, () => cuda.currentDevice()))),
);
told("asynchronous", () => cuda.stream(one, async () => await 1));
told("waiting", () => {
  high.waitStream(one);
  using event = one.recordEvent();
  high.waitEvent(event);
  event.wait();
  event.synchronize();
  return event.query();
});
told("not recorded", () => {
  using event = new cuda.Event();
  high.waitEvent(event);
  event.synchronize();
});
told("elapsed", () => {
  using start = new cuda.Event({ enableTiming: true });
  using end = new cuda.Event({ enableTiming: true });
  start.record();
  end.record(high);
  return start.elapsedTime(end);
});
told("elapsed without time", () => {
  using start = new cuda.Event({ enableTiming: true });
  using end = new cuda.Event();
  return start.elapsedTime(end);
});
told("disposed", () => {
  const event = new cuda.Event();
  event.dispose();
  event.record();
});
told("no event", () => high.waitEvent({} as torch.cuda.Event));

const record = (body: () => unknown, options?: torch.cuda.GraphOptions) => () => {
  using graph = new cuda.CUDAGraph();
  const result = cuda.graph(graph, body, { stream: high, ...options });
  graph.replay();
  graph.replay();
  return [result, graph.pool()];
};
told("graph", record(() => 3));
told(
  "graph in a pool",
  record(() => 3, { pool: cuda.graphPoolHandle(), captureErrorMode: "relaxed" }),
);
told(
  "graph whose body throws",
  record(() => {
    throw new RangeError("mine");
  }),
);
told("graph whose body awaits", record(async () => await 1));
told("graph that cannot end", () => {
  using graph = new cuda.CUDAGraph();
  symbols.pretend_failure(1);
  try {
    cuda.graph(graph, () => 3, { stream: high });
  } catch (error) {
    symbols.pretend_failure(0);
    // It can be used again.
    cuda.graph(graph, () => 4, { stream: high });
    throw error;
  }
});
told("no mode", record(() => 3, { captureErrorMode: "none" as "global" }));
told("on the default stream", () => {
  using graph = new cuda.CUDAGraph();
  graph.captureBegin();
});
told("nothing to replay", () => {
  using graph = new cuda.CUDAGraph();
  graph.replay();
});
told("no recording to end", () => {
  using graph = new cuda.CUDAGraph();
  graph.captureEnd();
});
told("no pool yet", () => {
  using graph = new cuda.CUDAGraph();
  graph.pool();
});
told("recorded already", () => {
  using graph = new cuda.CUDAGraph();
  cuda.graph(graph, () => 1, { stream: high });
  cuda.graph(graph, () => 1, { stream: high });
});
told("reset", () => {
  using graph = new cuda.CUDAGraph();
  cuda.graph(graph, () => 1, { stream: high });
  graph.reset();
  cuda.graph(graph, () => 1, { stream: high });
});
told("ends elsewhere", () => {
  using graph = new cuda.CUDAGraph();
  cuda.stream(high, () => graph.captureBegin());
  graph.captureEnd();
});
told("the CPU's generator", () => {
  using graph = new cuda.CUDAGraph();
  using generator = new torch.Generator(1);
  graph.registerGeneratorState(generator);
});
told("a bad pool", record(() => 3, { pool: { id: [-1, 0.5] } }));
told("two pools", record(() => 3, { pool: { id: [1, 1] } }));

console.log(JSON.stringify(results));
