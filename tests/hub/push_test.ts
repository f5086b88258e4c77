import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import {
  HubAccessError,
  HubError,
  HubOfflineError,
  HubUnavailableError,
  type PushedFiles,
  pushFiles,
  type PushFilesOptions,
} from "../../src/hub/mod.ts";
import { FILES, type Place, place } from "./helpers.ts";
import { noise, TOKEN } from "./server.ts";

/** The files of a model in a folder, and what pushes them. */
function filesAt({ cache, hub, options }: Place): (
  name?: string,
  more?: PushFilesOptions,
) => Promise<PushedFiles> {
  Deno.mkdirSync(cache, { recursive: true });
  const paths = Object.entries(FILES).map(([name, content]) => {
    Deno.writeFileSync(`${cache}/${name}`, content);
    return [name, `${cache}/${name}`];
  });
  const { env } = options;
  const given = { env, endpoint: hub.endpoint, token: TOKEN, retries: 2, backoff: 1 };
  return (name = "me/model", more = {}) =>
    pushFiles(name, Object.fromEntries(paths), { ...given, ...more });
}

Deno.test("files go to a new repository in one commit, and come back as they were", async () => {
  await using here = place();
  const { hub, resolve } = here;
  const push = filesAt(here);
  const pushed = await push();
  assertEquals(pushed.isNew, true);
  assertEquals(pushed.url, `${hub.endpoint}/me/model`);
  assertEquals(pushed.files, Object.keys(FILES));
  const repo = hub.repos["me/model"];
  assertEquals(pushed.commit, repo.refs.main);
  const { ".gitattributes": _, ...there } = repo.commits[pushed.commit];
  assertEquals(there, FILES);
  assertEquals(repo.private, false);
  // Nobody but the hub is given the token.
  assertEquals(
    new Set(hub.seen.filter(({ host }) => host === "hub").map(({ token }) => token)),
    new Set([TOKEN]),
  );
  assertEquals(
    new Set(hub.seen.filter(({ host }) => host === "cdn").map(({ token }) => token)),
    new Set([null]),
  );
  const snapshot = await resolve("hf://me/model");
  assertEquals(Deno.readFileSync(snapshot.weights!), FILES["model.safetensors"]);

  // Again: the same repository, large files that it has are not sent.
  const before = hub.seen.length;
  assertEquals((await push()).isNew, false);
  assertEquals(hub.seen.slice(before).filter(({ host }) => host === "cdn"), []);
});

Deno.test("large files go in parts where the hub wants them so", async () => {
  await using here = place();
  here.hub.partSize = 65_536;
  await filesAt(here)();
  const { refs, commits } = here.hub.repos["me/model"];
  assertEquals(commits[refs.main]["model.safetensors"], FILES["model.safetensors"]);
  assertEquals(here.hub.requests(/part\//).length, 5);
});

Deno.test("a private repository is made private, and a public one is not written as if it were", async () => {
  await using here = place();
  const push = filesAt(here);
  await push("me/mine", { private: true });
  assertEquals(here.hub.repos["me/mine"].private, true);
  await push("me/mine", { private: true });
  here.hub.add("me/public", {});
  const error = await assertRejects(() => push("me/public", { private: true }), ArgumentError);
  assertStringIncludes(error.message, "is there already, and public");
  assertEquals(here.hub.requests(/public.*commit/), []);
});

Deno.test("what is wrong before anything is sent", async () => {
  await using here = place();
  const push = filesAt(here);
  for (const name of ["model", "a/b/c", "me/bad--name", "-me/x", "me/x y", "me/model@main", ""]) {
    await assertRejects(() => push(name), ArgumentError, "org/name");
  }
  const none = await assertRejects(() => push("me/model", { token: false }), HubAccessError);
  assertStringIncludes(none.message, "Set HF_TOKEN");
  await assertRejects(() => push("me/model", { offline: true }), HubOfflineError, "HF_HUB_OFFLINE");
  await assertRejects(
    () => push("me/model", { token: "hf_\n bad\u0001" }),
    ArgumentError,
    "no token has",
  );
  assertEquals(here.hub.seen, []);
});

Deno.test("a hub that refuses: a wrong token, another's name, something else by the name", async () => {
  await using here = place();
  const { hub } = here;
  const push = filesAt(here);
  const wrong = await assertRejects(() => push("me/model", { token: "hf_secret" }), HubAccessError);
  assertEquals(wrong.status, 401);
  assertStringIncludes(
    wrong.message,
    "The access token of option token must be one with write access",
  );
  hub.forbidden.add("google");
  const foreign = await assertRejects(() => push("google/model"), HubAccessError);
  assertStringIncludes(foreign.message, 'rights to create a model under the namespace "google"');
  assertStringIncludes(foreign.message, "Nothing of google/model was changed.");
  hub.add("google/there", {});
  const taken = await assertRejects(() => push("google/there"), HubAccessError);
  assertStringIncludes(taken.message, "if the name is somebody else's, choose another");
  // A hub that repeats what it was sent does not make us show it.
  hub.trouble = ({ token }) => Response.json({ error: `${token} is no good` }, { status: 403 });
  const echoed = await assertRejects(() => push(), HubAccessError);
  assert(!echoed.message.includes(TOKEN), echoed.message);
  hub.trouble = ({ path }) =>
    path.endsWith("create") ? Response.json({ error: "Taken" }, { status: 409 }) : undefined;
  assertStringIncludes(
    (await assertRejects(() => push(), HubError)).message,
    "Choose another name",
  );
});

Deno.test("half-way: what passes is tried again, and what stays says what has arrived", async () => {
  await using here = place();
  const { hub } = here;
  const push = filesAt(here);
  let failures = 2;
  hub.trouble = ({ host }) =>
    host === "cdn" && failures-- > 0 ? new Response(null, { status: 503 }) : undefined;
  await push();
  assertEquals(
    hub.repos["me/model"].commits[hub.repos["me/model"].refs.main]["model.safetensors"],
    FILES["model.safetensors"],
  );

  hub.trouble = ({ host }) => host === "cdn" ? new Response(null, { status: 503 }) : undefined;
  hub.large.clear();
  const lost = await assertRejects(() => push("me/other"), HubUnavailableError);
  assertStringIncludes(
    lost.message,
    "The repository me/other was made, and none of the files is in it.",
  );
  assertEquals(hub.requests(/other\/commit/), []);

  hub.trouble = ({ path }) =>
    path.includes("/commit/") ? Response.json({ error: "No room" }, { status: 413 }) : undefined;
  const full = await assertRejects(() => push("me/other"), HubError);
  assertStringIncludes(
    full.message,
    "Nothing of me/other was changed; model.safetensors arrived and is not sent again",
  );

  // A commit is asked for once: the hub may have made it.
  hub.trouble = ({ path }) =>
    path.includes("/commit/") ? new Response(null, { status: 504 }) : undefined;
  const asked = hub.requests(/commit/).length;
  const unknown = await assertRejects(() => push("me/other"), HubUnavailableError);
  assertStringIncludes(unknown.message, "whether they were committed is not known");
  assertEquals(hub.requests(/commit/).length, asked + 1);
});

Deno.test("a hub that is not there, hangs, or sends elsewhere", async () => {
  await using here = place();
  const { hub } = here;
  const push = filesAt(here);
  const away = await assertRejects(
    () => push("me/model", { endpoint: "http://127.0.0.1:9", retries: 0 }),
    HubUnavailableError,
  );
  assertStringIncludes(away.message, "HF_ENDPOINT");
  assertStringIncludes(away.message, "Nothing of me/model was changed.");
  hub.trouble = ({ path }) => path.includes("preupload") ? hub.hang() : undefined;
  const late = await assertRejects(
    () => push("me/model", { answerTimeout: 20, retries: 0 }),
    HubUnavailableError,
  );
  assertStringIncludes(late.message, "no answer for 0.12 s");
  const stop = new AbortController();
  hub.trouble = ({ path }) => {
    if (!path.includes("preupload")) return undefined;
    stop.abort(new Error("enough"));
    return hub.hang();
  };
  await assertRejects(() => push("me/model", { signal: stop.signal }), Error, "enough");
  hub.trouble = () => new Response(null, { status: 307, headers: { location: `${hub.cdn}/x` } });
  const elsewhere = await assertRejects(() => push(), HubError);
  assertStringIncludes(elsewhere.message, "where nothing is sent");
});

Deno.test("a file of more than ten megabytes is not read as a whole and arrives whole", async () => {
  await using here = place();
  const { cache, hub, options } = here;
  Deno.mkdirSync(cache, { recursive: true });
  const content = noise(11_000_000);
  Deno.writeFileSync(`${cache}/model.safetensors`, content);
  await pushFiles("me/large", { "model.safetensors": `${cache}/model.safetensors` }, {
    env: options.env,
    endpoint: hub.endpoint,
    token: TOKEN,
  });
  const { refs, commits } = hub.repos["me/large"];
  assert(commits[refs.main]["model.safetensors"].every((byte, i) => byte === content[i]));
});
