/**
 * Which of NVIDIA's Python packages has which library, so that what is missing can be named by what brings it.
 *
 * @module
 */

/** The libraries that libtorch uses, by their names without `lib` and version. */
const PACKAGES: readonly [name: RegExp, project: string, always?: "always"][] = [
  [/^cudart$/, "nvidia-cuda-runtime"],
  [/^(cublas|cublasLt)$/, "nvidia-cublas"],
  [/^cudnn(_[a-z_]+)?$/, "nvidia-cudnn", "always"],
  [/^cufft$/, "nvidia-cufft"],
  [/^curand$/, "nvidia-curand"],
  [/^cusolver$/, "nvidia-cusolver"],
  [/^cusparse$/, "nvidia-cusparse"],
  [/^cusparseLt$/, "nvidia-cusparselt", "always"],
  [/^nccl$/, "nvidia-nccl", "always"],
  [/^nvshmem_host$/, "nvidia-nvshmem", "always"],
  [/^nvJitLink$/, "nvidia-nvjitlink"],
  [/^nvrtc(-builtins)?$/, "nvidia-cuda-nvrtc"],
  [/^cupti$/, "nvidia-cuda-cupti"],
  [/^cufile$/, "nvidia-cufile"],
  [/^(nvToolsExt|nvtx3interop)$/, "nvidia-nvtx"],
];

/**
 * The Python package that has a library of CUDA: `"nvidia-cublas"`, or `"nvidia-cublas-cu12"` for CUDA 12.
 *
 * @param library The library's file name: `"libcublas.so.13"`.
 * @param cuda CUDA's version by its first number.
 * @returns Null if the library is none of those that libtorch uses.
 */
export function packageOf(library: string, cuda: number): string | null {
  const name = /^lib(.+?)\.so(\.\d+)*$/.exec(library)?.[1];
  const entry = name === undefined ? undefined : PACKAGES.find(([known]) => known.test(name));
  if (entry === undefined) return null;
  // From CUDA 13 on, those that come with CUDA itself have no number in their names.
  return cuda < 13 || entry[2] === "always" ? `${entry[1]}-cu${cuda}` : entry[1];
}

/** Whether a file is one of NVIDIA's libraries that libtorch uses. */
export function isNvidia(library: string): boolean {
  return packageOf(library, 0) !== null;
}

/** CUDA's version that a libtorch was built for, from its variant: `"cu130"` is 13.0; null if it is none for CUDA. */
export function cudaOf(variant: string): { major: number; minor: number } | null {
  const found = /^cu(\d+)(\d)$/.exec(variant);
  return found === null ? null : { major: Number(found[1]), minor: Number(found[2]) };
}
