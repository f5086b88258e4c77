#!/usr/bin/env bash
# All that is to be known of this package on a GPU, within 25 minutes, on a machine that reaches no registry:
#
#     LIBTORCH=/path/to/torch tests/gpu/all.sh [--out FOLDER] [--python PYTHON] [--cache FOLDER] [--parts NAME,NAME] [--minutes 25]
#     tests/gpu/all.sh --small | --tiny      the same code on the processor: in minutes, in seconds
#
# LIBTORCH is a CUDA libtorch or the torch folder of a Python; --python names an interpreter with the same torch, for the
# figures beside PyTorch's; --cache is a DENO_DIR with this package's npm packages in it. Deno is on PATH, or DENO names it.
# Needs g++, unless the native library is built already. Parts have time limits, and one that fails stops no other. The folder
# (gpu-results by default) gets the log of each part, results.json and summary.txt; the exit code is 1 if a part failed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
deno=${DENO:-deno}
if ! command -v "$deno" >/dev/null; then
  echo "There is no Deno: put it on PATH, or set DENO to where it is." >&2
  exit 2
fi
arguments=("$@")
for ((i = 0; i < ${#arguments[@]}; i++)); do
  if [[ ${arguments[i]} == --cache ]]; then export DENO_DIR=${arguments[i + 1]:?--cache names a folder}; fi
done
export NO_COLOR=1 CI=true DENO_NO_UPDATE_CHECK=1
exec "$deno" run -A --no-check --cached-only tests/gpu/all.ts "$@"
