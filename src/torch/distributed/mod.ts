/**
 * Processes that work together: libtorch's own c10d, by the names of `torch.distributed`.
 *
 * @module
 */

export * from "./collectives.ts";
export * from "./environment.ts";
export * from "./init_process_group.ts";
export * from "./process_group.ts";
export * from "./ranks.ts";
export * from "./reducer.ts";
export * from "./store.ts";
export * from "./with_process_group.ts";
