/**
 * What `deno publish` would publish, to the byte: the real command, run against a stand-in for the registry
 * on this machine that keeps what it is sent. Only so are the imports seen as an importer gets them, because
 * publishing replaces the names of the import map in deno.json by what they stand for.
 */

import { fromFileUrl } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));

/** The files that would be published, by their paths in the package. */
export async function publishedFiles(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { name, version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const [packageScope, packageName] = name.slice(1).split("/");
  const task = {
    id: "00000000-0000-0000-0000-000000000000",
    status: "success",
    error: null,
    packageScope,
    packageName,
    packageVersion: version,
  };
  let archive: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  await using registry = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const isVersion = pathname.endsWith(`/versions/${version}`);
      if (request.method === "POST" && isVersion) {
        archive = new Blob([await request.bytes()]).stream();
        return Response.json(task);
      }
      if (isVersion) {
        return Response.json({ code: "packageVersionNotFound", message: "" }, { status: 404 });
      }
      return Response.json({ scope: packageScope, name: packageName, githubRepository: null });
    },
  );
  // The token is for the stand-in: nothing leaves this machine.
  const stderr = await deno(["publish", "--token=none", "--no-provenance", "--no-check"], {
    JSR_URL: `http://127.0.0.1:${registry.addr.port}/`,
  });
  if (!archive) throw new Error(`deno publish sent nothing:\n${stderr}`);
  const bytes = await new Response(archive.pipeThrough(new DecompressionStream("gzip"))).bytes();
  return untar(bytes);
}

/** The paths that `deno publish --dry-run` lists. */
export async function listedFiles(): Promise<string[]> {
  const text = await deno(["publish", "--dry-run", "--no-check"], {});
  return [...text.matchAll(/^\s*file:\/\/(.+) \([\d.]+\w+\)$/gm)]
    .map(([, path]) => decodeURIComponent(path).replace(/\/+/g, "/"))
    .map((path) => path.slice(path.indexOf(root) + root.length));
}

async function deno(args: string[], env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--allow-dirty"],
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`deno ${args.join(" ")}:\n${text}`);
  return text;
}

/** The plain files of a tar archive. */
function untar(bytes: Uint8Array<ArrayBuffer>): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const text = (at: number, length: number): string =>
    new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, "");
  let longName: string | undefined;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(text(at + 124, 12).trim(), 8);
    const type = text(at + 156, 1);
    const prefix = text(at + 257, 5) === "ustar" && text(at + 345, 155);
    const name = longName ?? (prefix ? `${prefix}/${text(at, 100)}` : text(at, 100));
    const content = bytes.slice(at + 512, at + 512 + size);
    longName = type === "L" ? new TextDecoder().decode(content).replace(/\0.*$/s, "") : undefined;
    if (type === "0" || type === "") files.set(name.replace(/^\.\//, ""), content);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
