/**
 * The C functions of `native/apprentice.h`, as Deno's FFI wants them. A test compares the two.
 *
 * @module
 */

const ctx = "u32";
const handle = "f64";
const status = "i32";

/** Name, parameters and result of every C function; the C declaration is the comment's source. */
export const symbols = {
  // uint32_t ap_abi_version(void)
  ap_abi_version: { parameters: [], result: "u32" },
  // int32_t ap_context_open(void)
  ap_context_open: { parameters: [], result: status },
  // int32_t ap_context_close(uint32_t ctx)
  ap_context_close: { parameters: [ctx], result: status },
  // void* ap_context_frame(uint32_t ctx)
  ap_context_frame: { parameters: [ctx], result: "pointer" },
  // void* ap_context_text(uint32_t ctx)
  ap_context_text: { parameters: [ctx], result: "pointer" },
  // int32_t ap_build_info(uint32_t ctx)
  ap_build_info: { parameters: [ctx], result: status },

  // int32_t ap_op_find(uint32_t ctx, uint32_t text_bytes)
  ap_op_find: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_op_schema(uint32_t ctx, uint32_t op)
  ap_op_schema: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_op_name(uint32_t ctx, uint32_t index)
  ap_op_name: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_op_call(uint32_t ctx, uint32_t op, uint32_t arguments)
  ap_op_call: { parameters: [ctx, "u32", "u32"], result: status },

  // int32_t ap_release(uint32_t ctx, uint32_t count)
  ap_release: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_release_one(uint32_t ctx, double handle)
  ap_release_one: { parameters: [ctx, handle], result: status },
  // int32_t ap_scope_open(uint32_t ctx)
  ap_scope_open: { parameters: [ctx], result: status },
  // int32_t ap_scope_close(uint32_t ctx, uint32_t scope)
  ap_scope_close: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_scope_suspend(uint32_t ctx, uint32_t scope)
  ap_scope_suspend: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_scope_keep(uint32_t ctx, double handle)
  ap_scope_keep: { parameters: [ctx, handle], result: status },
  // int32_t ap_scope_hand_over(uint32_t ctx, double handle, uint32_t scope)
  ap_scope_hand_over: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_scope_adopt(uint32_t ctx, double handle, uint32_t scope)
  ap_scope_adopt: { parameters: [ctx, handle, "u32"], result: status },

  // int32_t ap_script_load(uint32_t ctx, uint32_t text_bytes, uint32_t device)
  ap_script_load: { parameters: [ctx, "u32", "u32"], result: status },
  // int32_t ap_script_method(uint32_t ctx, double module, uint32_t index)
  ap_script_method: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_script_module(uint32_t ctx, double module, uint32_t index)
  ap_script_module: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_script_record(uint32_t ctx, double module, uint32_t text_bytes)
  ap_script_record: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_script_run(uint32_t ctx, double module, uint32_t method, uint32_t arguments)
  ap_script_run: { parameters: [ctx, handle, "u32", "u32"], result: status },
  // int32_t ap_script_tensors(uint32_t ctx, double module, uint32_t first)
  ap_script_tensors: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_script_to(uint32_t ctx, double module, int32_t device, int32_t dtype)
  ap_script_to: { parameters: [ctx, handle, "i32", "i32"], result: status },
  // int32_t ap_script_train(uint32_t ctx, double module, int32_t mode)
  ap_script_train: { parameters: [ctx, handle, "i32"], result: status },

  // int32_t ap_trace_begin(uint32_t ctx, uint32_t inputs, uint32_t text_bytes)
  ap_trace_begin: { parameters: [ctx, "u32", "u32"], result: status },
  // int32_t ap_trace_parameter(uint32_t ctx, double trace, double tensor, uint32_t buffer, uint32_t text_bytes)
  ap_trace_parameter: { parameters: [ctx, handle, handle, "u32", "u32"], result: status },
  // int32_t ap_trace_module(uint32_t ctx, double trace, uint32_t step, uint32_t text_bytes)
  ap_trace_module: { parameters: [ctx, handle, "u32", "u32"], result: status },
  // int32_t ap_trace_end(uint32_t ctx, double trace, uint32_t outputs)
  ap_trace_end: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_trace_node(uint32_t ctx, double trace, uint32_t index)
  ap_trace_node: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_trace_scale(uint32_t ctx, double trace, uint32_t index, double factor)
  ap_trace_scale: { parameters: [ctx, handle, "u32", "f64"], result: status },
  // int32_t ap_trace_script(uint32_t ctx, double trace)
  ap_trace_script: { parameters: [ctx, handle], result: status },

  // int32_t ap_tensor_from_data(uint32_t ctx, const void* data, double bytes, uint32_t dtype, uint32_t dims, uint32_t pinned)
  ap_tensor_from_data: { parameters: [ctx, "buffer", "f64", "u32", "u32", "u32"], result: status },
  // int32_t ap_tensor_to_data(uint32_t ctx, double handle, void* data, double bytes)
  ap_tensor_to_data: { parameters: [ctx, handle, "buffer", "f64"], result: status },
  // int32_t ap_tensor_meta(uint32_t ctx, double handle)
  ap_tensor_meta: { parameters: [ctx, handle], result: status },
  // int32_t ap_tensor_item(uint32_t ctx, double handle)
  ap_tensor_item: { parameters: [ctx, handle], result: status },

  // int32_t ap_set_requires_grad(uint32_t ctx, double handle, uint32_t on)
  ap_set_requires_grad: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_backward(uint32_t ctx, uint32_t roots, uint32_t inputs, uint32_t flags)
  ap_backward: { parameters: [ctx, "u32", "u32", "u32"], result: status },
  // int32_t ap_grad(uint32_t ctx, uint32_t outputs, uint32_t inputs, uint32_t flags)
  ap_grad: { parameters: [ctx, "u32", "u32", "u32"], result: status },
  // int32_t ap_get_grads(uint32_t ctx, uint32_t count)
  ap_get_grads: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_step_grads(uint32_t ctx, uint32_t count, uint32_t fused)
  ap_step_grads: { parameters: [ctx, "u32", "u32"], result: status },
  // int32_t ap_set_grad(uint32_t ctx, double handle, double grad)
  ap_set_grad: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_clear_grads(uint32_t ctx, uint32_t count)
  ap_clear_grads: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_grad_mode(uint32_t ctx, int32_t mode)
  ap_grad_mode: { parameters: [ctx, "i32"], result: status },
  // int32_t ap_inference_mode(uint32_t ctx, uint32_t on)
  ap_inference_mode: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_autocast(uint32_t ctx, uint32_t device_type, uint32_t on, uint32_t dtype)
  ap_autocast: { parameters: [ctx, "u32", "u32", "u32"], result: status },

  // int32_t ap_seed(uint32_t ctx, double seed)
  ap_seed: { parameters: [ctx, "f64"], result: status },
  // int32_t ap_generator(uint32_t ctx, uint32_t device, double seed)
  ap_generator: { parameters: [ctx, "u32", "f64"], result: status },
  // int32_t ap_rng_state(uint32_t ctx, uint32_t device)
  ap_rng_state: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_set_rng_state(uint32_t ctx, uint32_t device, double state)
  ap_set_rng_state: { parameters: [ctx, "u32", handle], result: status },

  // int32_t ap_store_open(uint32_t ctx, uint32_t place_bytes)
  ap_store_open: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_store_set(uint32_t ctx, double store, uint32_t key_bytes, uint32_t value_bytes)
  ap_store_set: { parameters: [ctx, handle, "u32", "u32"], result: status },
  // int32_t ap_store_get(uint32_t ctx, double store, uint32_t key_bytes, double seconds)
  ap_store_get: { parameters: [ctx, handle, "u32", "f64"], result: status },
  // int32_t ap_store_add(uint32_t ctx, double store, uint32_t key_bytes, double amount)
  ap_store_add: { parameters: [ctx, handle, "u32", "f64"], result: status },
  // int32_t ap_group_open(uint32_t ctx)
  ap_group_open: { parameters: [ctx], result: status },
  // int32_t ap_group_abort(uint32_t ctx, double group)
  ap_group_abort: { parameters: [ctx, handle], result: status },
  // int32_t ap_group_barrier(uint32_t ctx, double group, double seconds)
  ap_group_barrier: { parameters: [ctx, handle, "f64"], result: status },
  // int32_t ap_group_gather(uint32_t ctx, double group, double tensor)
  ap_group_gather: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_group_batch_norm(uint32_t ctx, double group, double input, double weight, double bias, double eps)
  ap_group_batch_norm: {
    parameters: [ctx, handle, handle, handle, handle, "f64"],
    result: status,
  },
  // int32_t ap_reducer_open(uint32_t ctx, double group, uint32_t count, double bucket_bytes)
  ap_reducer_open: { parameters: [ctx, handle, "u32", "f64"], result: status },
  // int32_t ap_reducer_prepare(uint32_t ctx, double reducer, double loss)
  ap_reducer_prepare: { parameters: [ctx, handle, handle], result: status },

  // int32_t ap_threads(uint32_t ctx, uint32_t count)
  ap_threads: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_device_count(uint32_t ctx, uint32_t device_type)
  ap_device_count: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_synchronize(uint32_t ctx, uint32_t device)
  ap_synchronize: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_memory(uint32_t ctx, uint32_t device)
  ap_memory: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_memory_reset_peak(uint32_t ctx, uint32_t device)
  ap_memory_reset_peak: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_memory_trim(uint32_t ctx, uint32_t device)
  ap_memory_trim: { parameters: [ctx, "u32"], result: status },

  // int32_t ap_current_device(uint32_t ctx, int32_t index)
  ap_current_device: { parameters: [ctx, "i32"], result: status },
  // int32_t ap_stream(uint32_t ctx, uint32_t device, uint32_t which)
  ap_stream: { parameters: [ctx, "u32", "u32"], result: status },
  // int32_t ap_stream_use(uint32_t ctx, double stream)
  ap_stream_use: { parameters: [ctx, handle], result: status },
  // int32_t ap_event(uint32_t ctx, uint32_t device, uint32_t timed)
  ap_event: { parameters: [ctx, "u32", "u32"], result: status },
  // int32_t ap_event_record(uint32_t ctx, double event, double stream)
  ap_event_record: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_event_elapsed(uint32_t ctx, double start, double end)
  ap_event_elapsed: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_work_done(uint32_t ctx, double awaited)
  ap_work_done: { parameters: [ctx, handle], result: status },
  // int32_t ap_work_wait(uint32_t ctx, double awaited, double waiting)
  ap_work_wait: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_graph(uint32_t ctx, uint32_t device)
  ap_graph: { parameters: [ctx, "u32"], result: status },
  // int32_t ap_graph_generator(uint32_t ctx, double graph, double generator)
  ap_graph_generator: { parameters: [ctx, handle, handle], result: status },
  // int32_t ap_graph_begin(uint32_t ctx, double graph, double pool_first, double pool_second, uint32_t mode)
  ap_graph_begin: { parameters: [ctx, handle, "f64", "f64", "u32"], result: status },
  // int32_t ap_graph_step(uint32_t ctx, double graph, uint32_t action)
  ap_graph_step: { parameters: [ctx, handle, "u32"], result: status },
  // int32_t ap_graph_pool(uint32_t ctx, double graph)
  ap_graph_pool: { parameters: [ctx, handle], result: status },
  // int32_t ap_sync_debug(uint32_t ctx, int32_t mode)
  ap_sync_debug: { parameters: [ctx, "i32"], result: status },
} as const satisfies Deno.ForeignLibraryInterface;

/** The version of the C interface that this table is written for. */
export const abiVersion = 7;

/** Doubles in a context's argument frame (`AP_FRAME_SLOTS`). */
export const frameSlots = 65536;

/** Bytes in a context's text buffer (`AP_TEXT_BYTES`). */
export const textBytes = 65536;
