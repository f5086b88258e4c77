import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../../helpers.ts";
import { canPretend, pretendedStreams, runPretending } from "./pretended_streams.ts";

interface Told {
  /** What the cards were told. */
  said: string[];
  /** What came back, or the error. */
  end?: unknown;
  /** Handles that were left over. */
  left: number;
}

Deno.test({
  name: "streams, events and graphs tell the cards what they should, in order, and clean up",
  ignore: !canPretend(),
  fn: (context) =>
    inFolder(async (folder) => {
      const library = await pretendedStreams(folder);
      const results = await runPretending("children/streams.ts", library) as Record<string, Told>;
      const step = (name: string, body: () => void) => context.step(name, body);
      const check = (name: string, said: string[], end: unknown) => {
        const { said: told, end: came } = results[name];
        assertEquals(told, said, name);
        if (end instanceof RegExp) assertMatch(came as string, end, name);
        else assertEquals(came, end, name);
      };

      await step("nothing is left over", () => {
        for (const [name, { left }] of Object.entries(results)) assertEquals(left, 0, name);
      });

      await step("devices", () => {
        check("devices", [], [true, 2, 1, 0]);
        check("no such device", [], /^DeviceError: .*cuda:2/);
        check("the CPU", [], /^DeviceError: a stream belongs to a CUDA device/);
      });

      await step("a stream is the current one, on its device, for as long as the body runs", () => {
        check("streams", [], ["cuda:1", "cuda:0", false, true]);
        const inAndOut = ["use stream 1 of 1", "use stream 0 of 1"];
        check("stream", inAndOut.toSpliced(1, 0, "wait for stream 1 of 1"), 1);
        check("current after", ["wait for stream 0 of 1"], 0);
        check("stream that throws", inAndOut, "RangeError: mine");
        check("asynchronous", inAndOut, /^ArgumentError: torch.cuda.stream takes a synchronous/);
        const inner = ["use stream 1002 of 0", "use stream 0 of 0"];
        check("stream within a stream", inAndOut.toSpliced(1, 0, ...inner), 0);
      });

      await step("events", () => {
        check("waiting", [
          "record event 1 on stream 1 of 1",
          "stream 1002 of 0 waits for event 1",
          "free event 1",
          "record event 2 on stream 1 of 1",
          "stream 1002 of 0 waits for event 2",
          "stream 0 of 0 waits for event 2",
          "wait for event 2",
          "free event 2",
        ], true);
        check("not recorded", [], undefined);
        check("elapsed", [
          "record event 3, timed, on stream 0 of 0",
          "record event 4, timed, on stream 1002 of 0",
          "free event 4",
          "free event 3",
        ], 1.5);
        check("elapsed without time", [], /^ArgumentError: .*enableTiming/);
        check("disposed", [], /^DisposedError: this event/);
        check("no event", [], /^ArgumentError: An event is expected/);
      });

      const made = "make a graph";
      const gone = "free a graph";
      const first = ["wait for device 0", "empty the cache", "use stream 1002 of 0"];
      const begun = [...first, "begin 0 0 0 on stream 1002 of 0"];
      const back = "use stream 0 of 0";
      const recorded = [...begun, "end on stream 1002 of 0", back];
      const replays = ["replay on stream 0 of 0", "replay on stream 0 of 0"];
      const failed = [...begun, "end on stream 1002 of 0", "reset", back];

      await step("graphs record on a stream of their own, and replay on the current one", () => {
        check("graph", [made, ...recorded, ...replays, gone], [3, { id: [5, 0] }]);
        const shared = recorded.with(3, "begin 0 77 2 on stream 1002 of 0");
        check("graph in a pool", [made, ...shared, ...replays, gone], [3, { id: [0, 77] }]);
        check("reset", [made, ...recorded, "reset", ...recorded, gone], undefined);
      });

      await step("a recording that fails is ended, and the graph can be used again", () => {
        check("graph whose body throws", [made, ...failed, gone], "RangeError: mine");
        check("graph whose body awaits", [made, ...failed, gone], /^ArgumentError: .*synchronous/);
        check(
          "graph that cannot end",
          [made, ...failed, ...recorded, gone],
          /^CaptureError: .*item\(\)/,
        );
        const elsewhere = [
          "use stream 1002 of 0",
          "begin 0 0 0 on stream 1002 of 0",
          back,
          // The graph ends it when it goes.
          "use stream 1002 of 0",
          "end on stream 1002 of 0",
          back,
        ];
        check(
          "ends elsewhere",
          [made, ...elsewhere, gone],
          /^ArgumentError: .*the stream that it began on/,
        );
      });

      await step("what cannot be done with a graph is a typed error that says why", () => {
        const refused = (name: string, words: RegExp) => check(name, [made, gone], words);
        refused("on the default stream", /^CaptureError: .*on another stream than the default/);
        refused("nothing to replay", /^ArgumentError: cannot replay.*nothing is recorded/);
        refused("no recording to end", /^ArgumentError: .*nothing is recorded/);
        refused("no pool yet", /^ArgumentError: .*no memory pool yet/);
        refused("the CPU's generator", /^DeviceError: .*generators of a CUDA device/);
        const before = (name: string, words: RegExp) =>
          check(name, [made, ...first, back, gone], words);
        before("no mode", /^ArgumentError: captureErrorMode is one of/);
        before("a bad pool", /^ArgumentError: .*memory pool/);
        before("two pools", /^ArgumentError: .*memory pool/);
        check(
          "recorded already",
          [made, ...recorded, ...first, back, gone],
          /^ArgumentError: .*reset\(\) it first/,
        );
      });
      assert(Object.keys(results).length > 25);
    }),
});
