/** What the hub of the tests does with files that are sent: repositories, commits, large files in whole or in parts. */

import { createHash } from "node:crypto";
import { type Hub, type Seen, sha256, TOKEN } from "./server.ts";

const LARGE = /\.(safetensors|onnx|bin)$/;

const refused = (status: number, error: string): Response => Response.json({ error }, { status });

/** Answers what is sent, to the hub or to the host of large files. */
export async function answerPush(
  hub: Hub,
  host: "hub" | "cdn",
  request: Request,
  seen: Seen,
): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (host === "cdn") return stored(hub, request, seen, body);
  if (seen.token !== TOKEN) return refused(401, "Invalid username or password.");
  const text = new TextDecoder().decode(body);
  if (seen.path === "/api/repos/create") return created(hub, JSON.parse(text));
  const [, name, what] =
    /^\/api\/models\/([^/]+\/[^/]+)\/(preupload|commit)\/main$/.exec(seen.path) ??
      /^\/([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/(batch)$/.exec(seen.path) ?? [];
  const repo = hub.repos[name];
  if (!repo) return refused(404, "Repository not found");
  if (hub.forbidden.has(name.split("/")[0])) {
    return refused(403, `You do not have access to write to ${name}`);
  }
  if (what === "preupload") {
    const { files } = JSON.parse(text) as { files: { path: string }[] };
    return Response.json({
      files: files.map(({ path }) => ({ path, uploadMode: LARGE.test(path) ? "lfs" : "regular" })),
    });
  }
  return what === "batch" ? batch(hub, JSON.parse(text)) : committed(hub, name, text);
}

function created(
  hub: Hub,
  { name, organization, visibility }: { name: string; organization: string; visibility?: string },
): Response {
  if (hub.forbidden.has(organization)) {
    return refused(
      403,
      `You don't have the rights to create a model under the namespace "${organization}"`,
    );
  }
  const repo = `${organization}/${name}`;
  if (hub.repos[repo]) return refused(409, "You already created this model repo");
  hub.add(repo, { ".gitattributes": new Uint8Array() }, { private: visibility === "private" });
  return Response.json({ url: `${hub.endpoint}/${repo}`, id: "1" });
}

function batch(hub: Hub, { objects }: { objects: { oid: string; size: number }[] }): Response {
  const upload = (oid: string, size: number): unknown => {
    if (size <= hub.partSize) return { href: `${hub.cdn}/upload/${oid}` };
    const count = Math.ceil(size / hub.partSize);
    const parts = Array.from({ length: count }, (_, i): [string, string] => [
      String(i + 1).padStart(5, "0"),
      `${hub.cdn}/part/${oid}/${i + 1}`,
    ]);
    const header = { chunk_size: String(hub.partSize), ...Object.fromEntries(parts) };
    return { href: `${hub.cdn}/complete/${oid}/${count}`, header };
  };
  return Response.json({
    transfer: "basic",
    objects: objects.map(({ oid, size }) => ({
      oid,
      size,
      ...(!hub.large.has(oid) && { actions: { upload: upload(oid, size) } }),
    })),
  });
}

/** As storage with signed addresses: no authorization, no chunks whose length nobody says. */
function stored(hub: Hub, request: Request, seen: Seen, body: Uint8Array): Response {
  if (seen.token !== null) return refused(400, "Only one auth mechanism allowed");
  const [, what, oid, number] = /^\/(upload|part|complete)\/([^/]+)(?:\/(\d+))?$/.exec(seen.path) ??
    [];
  if (what !== "complete" && Number(request.headers.get("content-length")) !== body.length) {
    return refused(411, "MissingContentLength");
  }
  let whole = body;
  if (what === "part") {
    hub.large.set(`${oid}/${number}`, body);
    return new Response(null, { headers: { etag: `"${number}"` } });
  }
  if (what === "complete") {
    const parts = Array.from(
      { length: Number(number) },
      (_, i) => hub.large.get(`${oid}/${i + 1}`)!,
    );
    whole = Uint8Array.from(parts.flatMap((part) => [...part]));
  }
  if (sha256(whole) !== oid) return refused(400, "The checksum is another one");
  hub.large.set(oid, whole);
  return Response.json({});
}

/** One line of what is committed. */
interface Line {
  readonly key: "header" | "file" | "lfsFile";
  readonly value: { path: string; content?: string; oid?: string };
}

function committed(hub: Hub, name: string, text: string): Response {
  const repo = hub.repos[name];
  const files = { ...repo.commits[repo.refs.main] };
  for (const { key, value } of text.split("\n").map((line) => JSON.parse(line) as Line)) {
    if (key === "file") {
      files[value.path] = Uint8Array.from(atob(value.content!), (one) => one.charCodeAt(0));
    }
    if (key !== "lfsFile") continue;
    const large = hub.large.get(value.oid!);
    if (large === undefined) return refused(400, `${value.path} was not uploaded`);
    files[value.path] = large;
  }
  const commit = createHash("sha1").update(repo.refs.main + text).digest("hex");
  repo.commits[commit] = files;
  repo.refs.main = commit;
  return Response.json({ success: true, commitOid: commit, commitUrl: `${hub.endpoint}/${name}` });
}
