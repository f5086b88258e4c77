/**
 * Models from a hub: `hf://org/name` as files on this machine, in the cache that Python's huggingface_hub has.
 *
 * @module
 */

export {
  HubAccessError,
  HubError,
  HubNotFoundError,
  HubOfflineError,
  HubUnavailableError,
} from "./errors.ts";
export { type HubSpec, isHubSpec, parseHubSpec } from "./names.ts";
export { type HubProgress, resolveHub, type ResolveHubOptions } from "./resolve.ts";
export type { HubSnapshot } from "./snapshot.ts";
export { type VerifiedFile, verify, type VerifyHubOptions } from "./verify.ts";
export { type HubSettings, type HubSettingsOptions, readHubSettings } from "./settings.ts";
