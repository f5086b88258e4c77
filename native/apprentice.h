/*
 * The C interface of the native library: a thin door to libtorch.
 *
 * One thread opens one context and is the only one that may use it. A context owns a frame of doubles and
 * a text buffer, both shared with the caller: arguments go in through them and results come back, so that a
 * call carries numbers only. Tensors are handles: the context's own number, an index and a generation packed into
 * one double. A stale or made-up handle, or another context's, is an error, never a crash.
 *
 * Every function that can fail returns a negative error code, with the message in the text buffer and its
 * length in bytes in frame[0]. Nothing prints, nothing aborts, nothing throws across this boundary.
 *
 * How operator arguments lie in the frame, by kind (a lower-case kind is the optional form: one slot 0 for
 * "none", or 1 followed by the value; t and g are a single slot, 0 for none):
 *   T tensor, G generator: the handle          S scalar, I int, N symbolic int, F float: the number
 *     (what is no double for S, an int64, a uint64 or a float that must stay one, lies in the wide slot of
 *     the same place, behind the frame; the frame's slot then holds 0x0010abc0 + kind above and its place below)
 *   B bool: 0 or 1                             Y dtype, O layout, M memory format: libtorch's number
 *   V device: type * 256 + index + 1           H string: its length; the bytes follow each other in the text
 *   Q stream: the handle
 *   L tensors, J optional tensors, A ints, X symbolic ints, D floats, C bools, R scalars: length, elements
 *
 * How values of TorchScript lie in the frame, going in and coming back: a number that tells the kind (enum
 * ap_value), then
 *   none, absent: nothing       bool: 0 or 1                  number: the number (an int or a float)
 *   tensor: the handle          string: as H above
 *   list: length, elements      record: length, then a string and an element for each entry
 */
#ifndef APPRENTICE_H
#define APPRENTICE_H

#include <stdint.h>

#if defined(_WIN32)
#define AP_API __declspec(dllexport)
#else
#define AP_API __attribute__((visibility("default")))
#endif

#define AP_ABI_VERSION 7
#define AP_FRAME_SLOTS 65536
#define AP_TEXT_BYTES 65536

enum ap_error {
  AP_ERROR_TORCH = 1,
  AP_ERROR_INDEX = 2,
  AP_ERROR_VALUE = 3,
  AP_ERROR_TYPE = 4,
  AP_ERROR_NOT_IMPLEMENTED = 5,
  AP_ERROR_OUT_OF_MEMORY = 6,
  AP_ERROR_LINALG = 7,
  AP_ERROR_HANDLE = 8,
  AP_ERROR_ARGUMENT = 9,
  AP_ERROR_OPERATOR = 10,
  AP_ERROR_VERSION = 11,
  AP_ERROR_CONTEXT = 12,
  AP_ERROR_DEVICE = 13,
  AP_ERROR_SHAPE = 14,
  AP_ERROR_DTYPE = 15,
  AP_ERROR_DISTRIBUTED = 16
};

/* Kinds of TorchScript's values; "absent" is an argument that takes its default. */
enum ap_value {
  AP_VALUE_NONE = 0,
  AP_VALUE_BOOL = 1,
  AP_VALUE_NUMBER = 2,
  AP_VALUE_TENSOR = 3,
  AP_VALUE_STRING = 4,
  AP_VALUE_LIST = 5,
  AP_VALUE_RECORD = 6,
  AP_VALUE_ABSENT = 7
};

/* Which stream of a device is meant; the last two take one from libtorch's pool. */
enum ap_stream_kind { AP_STREAM_DEFAULT = 0, AP_STREAM_CURRENT = 1, AP_STREAM_NEW = 2, AP_STREAM_NEW_HIGH_PRIORITY = 3 };

/* What is done with a graph after its beginning. */
enum ap_graph_action { AP_GRAPH_END = 0, AP_GRAPH_REPLAY = 1, AP_GRAPH_RESET = 2 };

#ifdef __cplusplus
extern "C" {
#endif

/* library and context */
AP_API uint32_t ap_abi_version(void);
AP_API int32_t ap_context_open(void);
AP_API int32_t ap_context_close(uint32_t ctx);
AP_API void* ap_context_frame(uint32_t ctx);
AP_API void* ap_context_text(uint32_t ctx);
AP_API int32_t ap_build_info(uint32_t ctx);

/* operators: the dispatcher's door */
AP_API int32_t ap_op_find(uint32_t ctx, uint32_t text_bytes);
AP_API int32_t ap_op_schema(uint32_t ctx, uint32_t op);
AP_API int32_t ap_op_name(uint32_t ctx, uint32_t index);
AP_API int32_t ap_op_call(uint32_t ctx, uint32_t op, uint32_t arguments);

/* lifetime */
AP_API int32_t ap_release(uint32_t ctx, uint32_t count);
AP_API int32_t ap_release_one(uint32_t ctx, double handle);
AP_API int32_t ap_scope_open(uint32_t ctx);
AP_API int32_t ap_scope_close(uint32_t ctx, uint32_t scope);
AP_API int32_t ap_scope_suspend(uint32_t ctx, uint32_t scope);
AP_API int32_t ap_scope_keep(uint32_t ctx, double handle);
AP_API int32_t ap_scope_hand_over(uint32_t ctx, double handle, uint32_t scope);
AP_API int32_t ap_scope_adopt(uint32_t ctx, double handle, uint32_t scope);

/* TorchScript */
AP_API int32_t ap_script_load(uint32_t ctx, uint32_t text_bytes, uint32_t device);
AP_API int32_t ap_script_method(uint32_t ctx, double module, uint32_t index);
AP_API int32_t ap_script_module(uint32_t ctx, double module, uint32_t index);
AP_API int32_t ap_script_record(uint32_t ctx, double module, uint32_t text_bytes);
AP_API int32_t ap_script_run(uint32_t ctx, double module, uint32_t method, uint32_t arguments);
AP_API int32_t ap_script_tensors(uint32_t ctx, double module, uint32_t first);
AP_API int32_t ap_script_to(uint32_t ctx, double module, int32_t device, int32_t dtype);
AP_API int32_t ap_script_train(uint32_t ctx, double module, int32_t mode);

/* tracing */
AP_API int32_t ap_trace_begin(uint32_t ctx, uint32_t inputs, uint32_t text_bytes);
AP_API int32_t ap_trace_parameter(uint32_t ctx, double trace, double tensor, uint32_t buffer, uint32_t text_bytes);
AP_API int32_t ap_trace_module(uint32_t ctx, double trace, uint32_t step, uint32_t text_bytes);
AP_API int32_t ap_trace_end(uint32_t ctx, double trace, uint32_t outputs);
AP_API int32_t ap_trace_node(uint32_t ctx, double trace, uint32_t index);
AP_API int32_t ap_trace_scale(uint32_t ctx, double trace, uint32_t index, double factor);
AP_API int32_t ap_trace_script(uint32_t ctx, double trace);

/* data and metadata */
AP_API int32_t ap_tensor_from_data(uint32_t ctx, const void* data, double bytes, uint32_t dtype, uint32_t dims, uint32_t pinned);
AP_API int32_t ap_tensor_to_data(uint32_t ctx, double handle, void* data, double bytes);
AP_API int32_t ap_tensor_meta(uint32_t ctx, double handle);
AP_API int32_t ap_tensor_item(uint32_t ctx, double handle);

/* autograd */
AP_API int32_t ap_set_requires_grad(uint32_t ctx, double handle, uint32_t on);
AP_API int32_t ap_backward(uint32_t ctx, uint32_t roots, uint32_t inputs, uint32_t flags);
AP_API int32_t ap_grad(uint32_t ctx, uint32_t outputs, uint32_t inputs, uint32_t flags);
AP_API int32_t ap_get_grads(uint32_t ctx, uint32_t count);
AP_API int32_t ap_step_grads(uint32_t ctx, uint32_t count, uint32_t fused);
AP_API int32_t ap_set_grad(uint32_t ctx, double handle, double grad);
AP_API int32_t ap_clear_grads(uint32_t ctx, uint32_t count);
AP_API int32_t ap_grad_mode(uint32_t ctx, int32_t mode);
AP_API int32_t ap_inference_mode(uint32_t ctx, uint32_t on);
AP_API int32_t ap_autocast(uint32_t ctx, uint32_t device_type, uint32_t on, uint32_t dtype);

/* random numbers */
AP_API int32_t ap_seed(uint32_t ctx, double seed);
AP_API int32_t ap_generator(uint32_t ctx, uint32_t device, double seed);
AP_API int32_t ap_rng_state(uint32_t ctx, uint32_t device);
AP_API int32_t ap_set_rng_state(uint32_t ctx, uint32_t device, double state);

/* processes that work together */
AP_API int32_t ap_store_open(uint32_t ctx, uint32_t place_bytes);
AP_API int32_t ap_store_set(uint32_t ctx, double store, uint32_t key_bytes, uint32_t value_bytes);
AP_API int32_t ap_store_get(uint32_t ctx, double store, uint32_t key_bytes, double seconds);
AP_API int32_t ap_store_add(uint32_t ctx, double store, uint32_t key_bytes, double amount);
AP_API int32_t ap_group_open(uint32_t ctx);
AP_API int32_t ap_group_abort(uint32_t ctx, double group);
AP_API int32_t ap_group_barrier(uint32_t ctx, double group, double seconds);
AP_API int32_t ap_group_gather(uint32_t ctx, double group, double tensor);
AP_API int32_t ap_group_batch_norm(uint32_t ctx, double group, double input, double weight, double bias, double eps);
AP_API int32_t ap_reducer_open(uint32_t ctx, double group, uint32_t count, double bucket_bytes);
AP_API int32_t ap_reducer_prepare(uint32_t ctx, double reducer, double loss);

/* threads, devices, memory */
AP_API int32_t ap_threads(uint32_t ctx, uint32_t count);
AP_API int32_t ap_device_count(uint32_t ctx, uint32_t device_type);
AP_API int32_t ap_synchronize(uint32_t ctx, uint32_t device);
AP_API int32_t ap_memory(uint32_t ctx, uint32_t device);
AP_API int32_t ap_memory_reset_peak(uint32_t ctx, uint32_t device);
AP_API int32_t ap_memory_trim(uint32_t ctx, uint32_t device);

/* streams, events, graphs of a GPU */
AP_API int32_t ap_current_device(uint32_t ctx, int32_t index);
AP_API int32_t ap_stream(uint32_t ctx, uint32_t device, uint32_t which);
AP_API int32_t ap_stream_use(uint32_t ctx, double stream);
AP_API int32_t ap_event(uint32_t ctx, uint32_t device, uint32_t timed);
AP_API int32_t ap_event_record(uint32_t ctx, double event, double stream);
AP_API int32_t ap_event_elapsed(uint32_t ctx, double start, double end);
AP_API int32_t ap_work_done(uint32_t ctx, double awaited);
AP_API int32_t ap_work_wait(uint32_t ctx, double awaited, double waiting);
AP_API int32_t ap_graph(uint32_t ctx, uint32_t device);
AP_API int32_t ap_graph_generator(uint32_t ctx, double graph, double generator);
AP_API int32_t ap_graph_begin(uint32_t ctx, double graph, double pool_first, double pool_second, uint32_t mode);
AP_API int32_t ap_graph_step(uint32_t ctx, double graph, uint32_t action);
AP_API int32_t ap_graph_pool(uint32_t ctx, double graph);
AP_API int32_t ap_sync_debug(uint32_t ctx, int32_t mode);

#ifdef __cplusplus
}
#endif

#endif
