import { assert, assertEquals } from "@std/assert";

/**
 * What is left out, because libtorch's own dispatcher crashes or never ends there when it is called with
 * what no one would write: operators for its own use (`_…`, the backward passes, the forms that write into
 * given results), some of its quantized and recurrent cells, and loops as long as a number says.
 */
const excluded = [
  "^aten::_",
  "backward",
  "\\.\\w*out\\b|_out$",
  "polynomial_",
  "quantized|qparams|fbgemm|mkldnn|miopen|cudnn",
];

Deno.test("5,000 calls of random operators with random frames: the process lives", async () => {
  const log = await Deno.makeTempFile();
  try {
    const script = new URL("children/fuzz.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, "1", "5000", log, excluded.join("|")],
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(60_000),
    }).output();
    const last = (await Deno.readTextFile(log)).trim();
    assertEquals(code, 0, `after call ${last}\n${new TextDecoder().decode(stderr)}`);
    assertEquals(new TextDecoder().decode(stderr), "");
    const { worked, refused, left, codes } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(worked + refused, 5000);
    // Both kinds of calls were really made, and errors of many kinds.
    assert(worked > 500 && refused > 500, `${worked} worked, ${refused} were refused`);
    assert(codes.length >= 5, `${codes}`);
    assertEquals(left, 0);
  } finally {
    await Deno.remove(log);
  }
});
