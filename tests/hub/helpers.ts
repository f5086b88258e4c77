/** What the tests of the hub share: a hub, an empty cache, and no patience. */

import type { HubSnapshot, ResolveHubOptions } from "../../src/hub/mod.ts";
import { resolveHub } from "../../src/hub/mod.ts";
import { envOf, temporaryFolder } from "../setup/fakes.ts";
import { Hub, noise, text } from "./server.ts";

/** The files of a small model, its weights on the other host. */
export const FILES: Record<string, Uint8Array> = {
  "README.md": text("# A model"),
  "config.json": text({ architecture: "resnet18" }),
  "model.safetensors": noise(300_000),
};

export interface Place extends AsyncDisposable {
  readonly hub: Hub;
  readonly cache: string;
  /** The folder of the repository `org/name` in the cache. */
  readonly repo: string;
  readonly options: ResolveHubOptions;
  /** The environment of another process that uses them. */
  readonly environment: Record<string, string>;
  readonly resolve: (spec?: string, options?: ResolveHubOptions) => Promise<HubSnapshot>;
}

/** A hub and an empty cache that go with the test. */
export function place(): Place {
  const folder = temporaryFolder();
  const hub = new Hub();
  const cache = `${folder.path}/hub`;
  const options: ResolveHubOptions = {
    endpoint: hub.endpoint,
    retries: 2,
    backoff: 1,
    env: envOf({ HF_HOME: folder.path, HF_HUB_DISABLE_PROGRESS_BARS: "1" }),
  };
  return {
    hub,
    cache,
    repo: `${cache}/models--org--name`,
    options,
    environment: {
      HF_HOME: folder.path,
      HF_ENDPOINT: hub.endpoint,
      HF_TOKEN: "",
      HF_HUB_CACHE: "",
      HF_HUB_OFFLINE: "",
      TRANSFORMERS_OFFLINE: "",
    },
    resolve: (spec = "hf://org/name", more = {}) => resolveHub(spec, { ...options, ...more }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
