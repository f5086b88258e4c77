// libtorch's warnings, of this thread.
#pragma once

namespace apprentice {

// They would go to stderr, where they would tear a progress bar apart. Those of calls that wait for the GPU are counted.
void silence_warnings(bool on);

}  // namespace apprentice
