/**
 * Processes that work together: libtorch's own c10d, by the names of `torch.distributed`.
 *
 * @module
 */

export * from "./collectives.ts";
export {
  isLaunched,
  type ProcessEnvironment,
  readEnvironment,
  type Variables,
} from "./environment.ts";
export { initProcessGroup, type ProcessGroupOptions } from "./init_process_group.ts";
export { ProcessGroup } from "./process_group.ts";
export * from "./ranks.ts";
export * from "./reducer.ts";
export { Store, type StorePlace } from "./store.ts";
export * from "./with_process_group.ts";
