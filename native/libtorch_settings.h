// What this library changes in libtorch itself, once for the whole process.
#pragma once

namespace apprentice {

// Zeros that some gradients consist of get memory, as every other tensor has.
void install_plain_zeros();
// MKL prints what it thinks of arguments to stdout, in the middle of whatever is printed there.
void silence_mkl();

}  // namespace apprentice
