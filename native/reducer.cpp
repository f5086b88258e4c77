// c10d's reducer: gradients become their mean over all processes, bucket by bucket, while backward still runs.

#include "process_groups.h"

#include <torch/csrc/distributed/c10d/reducer.hpp>
#include <torch/version.h>

using namespace apprentice;

namespace {

struct HeldReducer : Held {
  void for_each_tensor(const std::function<void(const at::Tensor&)>& visit) const override {
    for (const at::Tensor& parameter : parameters) visit(parameter);
  }

  std::vector<at::Tensor> parameters;
  // Before it goes, its hooks on the parameters go.
  std::unique_ptr<c10d::Reducer> reducer;
};

HeldReducer& reducer_at(Context& c, double handle) {
  return static_cast<HeldReducer&>(c.held(handle, Kind::reducer, "reducer"));
}

void check_parameter(const at::Tensor& parameter, uint32_t place) {
  if (parameter.requires_grad() && parameter.is_leaf()) return;
  throw Failure(AP_ERROR_ARGUMENT, c10::str("tensor ", place, " is no parameter: only a leaf that requires grad has ",
                                         "a gradient to reduce"));
}

}  // namespace

// frame: the parameters
int32_t ap_reducer_open(uint32_t ctx, double group, uint32_t count, double bucket_bytes) {
  return guarded(ctx, [&](Context& c) {
    c.check_count(count);
    if (count == 0) throw Failure(AP_ERROR_ARGUMENT, "there are no parameters whose gradients could be reduced");
    if (!(bucket_bytes >= 1)) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("a bucket has at least 1 byte, got ", bucket_bytes));
    }
    auto held = std::make_unique<HeldReducer>();
    for (uint32_t i = 0; i < count; i++) {
      const at::Tensor& parameter = c.tensor(c.frame[i]);
      check_parameter(parameter, i);
      held->parameters.push_back(parameter);
    }
    const auto cap = static_cast<int64_t>(std::min(bucket_bytes, 1e15));
    const auto first = std::min<int64_t>(c10d::kDefaultFirstBucketBytes, cap);
    const std::vector<bool> sparse(count, false);
    // Gradients come in about the reverse order of the parameters, so do the buckets.
    auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(
        held->parameters, {static_cast<size_t>(first), static_cast<size_t>(cap)}, sparse);
    std::reverse(buckets.begin(), buckets.end());
    held->reducer = std::make_unique<c10d::Reducer>(
        held->parameters, std::move(buckets), group_at(c, group).group, sparse, cap,
        /*find_unused_parameters=*/true, /*gradient_as_bucket_view=*/false,
        std::unordered_map<size_t, std::string>(), first, /*skip_all_reduce_unused_params=*/false,
        /*use_python_reducer=*/false
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 11
        ,
        /*bucket_bytes_cap_list=*/std::vector<int64_t>()
#endif
    );
    c.frame[0] = c.add(std::move(held), Kind::reducer);
    return 0;
  });
}

// The next backward from the loss reduces what it adds to the gradients.
int32_t ap_reducer_prepare(uint32_t ctx, double reducer, double loss) {
  return guarded(ctx, [&](Context& c) {
    c10d::Reducer& found = *reducer_at(c, reducer).reducer;
    found.prepare_for_forward();
    found.prepare_for_backward({c.tensor(loss)});
    return 0;
  });
}
