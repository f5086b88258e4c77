import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { readHubSettings } from "../../src/hub/settings.ts";
import { envOf, temporaryFolder, writeFiles } from "../setup/fakes.ts";

const unix = Deno.build.os !== "windows";

function cacheOf(variables: Record<string, string>): string {
  return readHubSettings({ env: envOf({ HOME: "/home/me", ...variables }) }).cacheDir;
}

Deno.test({
  name: "the cache is where Python's huggingface_hub has it",
  ignore: !unix,
  fn() {
    // Expected values: huggingface_hub.constants.HF_HUB_CACHE under the same variables.
    assertEquals(cacheOf({}), "/home/me/.cache/huggingface/hub");
    assertEquals(cacheOf({ XDG_CACHE_HOME: "/x" }), "/x/huggingface/hub");
    assertEquals(cacheOf({ XDG_CACHE_HOME: "/x", HF_HOME: "/h" }), "/h/hub");
    assertEquals(cacheOf({ HF_HOME: "~/h" }), "/home/me/h/hub");
    assertEquals(cacheOf({ HF_HOME: "$HOME/h" }), "/home/me/h/hub");
    assertEquals(cacheOf({ HF_HOME: "${HOME}/h/" }), "/home/me/h/hub");
    assertEquals(cacheOf({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" }), "/old");
    assertEquals(cacheOf({ HF_HUB_CACHE: "/new", HUGGINGFACE_HUB_CACHE: "/old" }), "/new");
    assertEquals(cacheOf({ HF_HUB_CACHE: "rel" }), `${Deno.cwd()}/rel`);
    assertEquals(
      readHubSettings({ cacheDir: "/mine", env: envOf({ HF_HUB_CACHE: "/new" }) }).cacheDir,
      "/mine",
    );
    assertThrows(() => readHubSettings({ env: envOf({}) }), FileError, "HF_HOME");
  },
});

Deno.test("the token comes from the option, the environment, then the file", () => {
  using folder = temporaryFolder();
  const home = folder.path;
  const tokenOf = (variables: Record<string, string>, token?: string | false): string | null =>
    readHubSettings({ token, env: envOf({ HF_HOME: home, ...variables }) }).token;
  assertEquals(tokenOf({}), null);
  writeFiles(home, { token: "hf_file\r\n", other: "hf_other" });
  assertEquals(tokenOf({}), "hf_file");
  assertEquals(tokenOf({ HF_TOKEN_PATH: `${home}/other` }), "hf_other");
  assertEquals(tokenOf({ HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_old");
  assertEquals(tokenOf({ HF_TOKEN: " hf_env\n", HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_env");
  assertEquals(tokenOf({ HF_TOKEN: "hf_env" }, "mine"), "mine");
  assertEquals(tokenOf({ HF_TOKEN: "hf_env" }, false), null);
  assertEquals(tokenOf({ HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }), null);
  const error = assertThrows(() => tokenOf({ HF_TOKEN: "hf_sec ret" }), ArgumentError, "HF_TOKEN");
  assertEquals(error.message.includes("sec"), false, "a token is never shown");
});

Deno.test("switches and times are read as Python reads them", () => {
  const env = (variables: Record<string, string>): ReturnType<typeof readHubSettings> =>
    readHubSettings({ env: envOf({ HF_HOME: "/h", ...variables }) });
  const plain = env({});
  assertEquals([plain.endpoint, plain.offline, plain.bars, plain.links], [
    "https://huggingface.co",
    false,
    true,
    true,
  ]);
  assertEquals([plain.answerTimeout, plain.idleTimeout], [10_000, 10_000]);
  const set = env({
    HF_ENDPOINT: "http://127.0.0.1:8000/mirror//",
    HF_HUB_OFFLINE: "Yes",
    HF_HUB_DISABLE_PROGRESS_BARS: "on",
    HF_HUB_DISABLE_SYMLINKS: "1",
    HF_HUB_ETAG_TIMEOUT: "3",
    HF_HUB_DOWNLOAD_TIMEOUT: "7",
  });
  assertEquals([set.endpoint, set.offline, set.bars, set.links], [
    "http://127.0.0.1:8000/mirror",
    true,
    false,
    false,
  ]);
  assertEquals([set.answerTimeout, set.idleTimeout], [3000, 7000]);
  assertEquals(env({ HF_HUB_OFFLINE: "0" }).offline, false);
  assertEquals(env({ TRANSFORMERS_OFFLINE: "1" }).offline, true);
  assertEquals(env({ HF_HUB_ETAG_TIMEOUT: "soon" }).answerTimeout, 10_000);
  for (const HF_ENDPOINT of ["huggingface.co", "ftp://x", "https://me:secret@x", "https://x?a=b"]) {
    const { message } = assertThrows(() => env({ HF_ENDPOINT }), ArgumentError);
    assertStringIncludes(message, "HF_ENDPOINT");
    assertEquals(message.includes("secret"), false);
  }
});
