import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../src/base/errors.ts";
import { nvidiaRequirements, pinnedVersion, requirementsOf } from "../../src/setup/requirements.ts";

const linux = { os: "linux", arch: "x86_64" };

/** As PyTorch's wheels for CUDA 12 say it: each package by itself. */
const TORCH_12 = `Metadata-Version: 2.4
Name: torch
Requires-Dist: filelock
Requires-Dist: typing-extensions>=4.10.0
Requires-Dist: nvidia-cuda-runtime-cu12==12.8.90; platform_system == "Linux" and platform_machine == "x86_64"
Requires-Dist: nvidia-cudnn-cu12==9.10.2.21; platform_system == "Linux" and platform_machine == "x86_64"
Requires-Dist: nvidia-nvtx-cu12==12.8.90; platform_system == "Linux" and platform_machine == "x86_64"
Requires-Dist: triton==3.5.1; platform_system == "Linux" and platform_machine == "x86_64"
Requires-Dist: opt-einsum>=3.3; extra == "opt-einsum"
`;

/** As those for CUDA 13 do: what is of CUDA itself through a package that stands for parts of it. */
const TORCH_13 = `Metadata-Version: 2.4
Name: torch
Requires-Dist: sympy>=1.13.3
Requires-Dist: cuda-toolkit[cublas,nvjitlink,nvtx]==13.0.3; platform_system == "Linux"
Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux" and python_version < "3.15"
Requires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"
`;
const TOOLKIT = `Metadata-Version: 2.1
Name: cuda-toolkit
Requires-Dist: nvidia-cublas==13.1.1.3.*; (sys_platform == 'linux' and platform_machine == 'aarch64' or sys_platform == 'linux' and platform_machine == 'x86_64' or sys_platform == 'win32' and platform_machine == 'AMD64') and extra == 'cublas'
Requires-Dist: nvidia-cuda-nvrtc==13.0.88.*; (sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'cublas'
Requires-Dist: nvidia-cufft==12.0.0.61.*; (sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'cufft'
Requires-Dist: nvidia-nvjitlink<14,>=13.0.88; (sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'nvjitlink'
Requires-Dist: nvidia-nvtx==13.0.85.*; (sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'nvtx'
`;

function pinned(torch: string, toolkit?: string, system = linux): string[] {
  return nvidiaRequirements(torch, toolkit, system)
    .map((requirement) => `${requirement.project} ${pinnedVersion(requirement)}`);
}

Deno.test("nvidiaRequirements: for CUDA 12 those that are named, without Triton and marks", () => {
  assertEquals(pinned(TORCH_12), [
    "nvidia-cuda-runtime-cu12 12.8.90",
    "nvidia-cudnn-cu12 9.10.2.21",
  ]);
  for (const [os, arch] of [["linux", "aarch64"], ["windows", "x86_64"], ["darwin", "aarch64"]]) {
    assertEquals(pinned(TORCH_12, undefined, { os, arch }), []);
  }
});

Deno.test("nvidiaRequirements: for CUDA 13 the parts of the toolkit that are asked for, at their lowest versions", () => {
  assertEquals(pinned(TORCH_13, TOOLKIT), [
    "nvidia-cublas 13.1.1.3",
    "nvidia-cuda-nvrtc 13.0.88",
    "nvidia-nvjitlink 13.0.88",
    "nvidia-nccl-cu13 2.29.7",
  ]);
  // The test data has cuBLAS alone for the other processor.
  assertEquals(pinned(TORCH_13, TOOLKIT, { os: "linux", arch: "aarch64" }), [
    "nvidia-cublas 13.1.1.3",
    "nvidia-nccl-cu13 2.29.7",
  ]);
});

const line = (text: string): string => `Requires-Dist: ${text}\n`;

Deno.test("requirementsOf: names, extras, versions and conditions in the forms that they have", () => {
  const one = (text: string, extras: string[] = []) => requirementsOf(line(text), linux, extras)[0];
  assertEquals(one("Typing_Extensions (>= 4.10)"), {
    project: "typing-extensions",
    extras: [],
    versions: ">=4.10",
  });
  assertEquals(one("a[x, y] == 1.*"), { project: "a", extras: ["x", "y"], versions: "==1.*" });
  const held = [
    "python_version >= '3.9'",
    "python_version < '3.15' and (os_is or platform_machine != 'i686')".replace("os_is or ", ""),
    "sys_platform == 'win32' or sys_platform == 'linux'",
    "extra == 'more'",
  ];
  for (const condition of held) {
    assertEquals(one(`a; ${condition}`, ["more"])?.project, "a", condition);
  }
  for (
    const condition of ["python_version < '3.9'", "extra == 'other'", "sys_platform != 'linux'"]
  ) {
    assertEquals(one(`a; ${condition}`, ["more"]), undefined, condition);
  }
});

Deno.test("requirementsOf: what cannot be read is an error, not a package less", () => {
  for (
    const text of [
      "a; python_version",
      "a; (sys_platform == 'linux'",
      "a; os_name == 'posix'",
      "a; sys_platform in 'linux'",
      "???",
    ]
  ) assertThrows(() => requirementsOf(line(text), linux), FormatError, undefined, text);
  assertThrows(
    () => pinnedVersion({ project: "a", extras: [], versions: "<14" }),
    FormatError,
    "a<14",
  );
});
