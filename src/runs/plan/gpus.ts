/**
 * What cards can do at most, as their makers say.
 *
 * @module
 */

/** What is computed in: float32, float32 with products rounded to TF32, or two bytes (bfloat16, float16 on a T4). */
export type ComputeDType = "float32" | "tf32" | "half";

/** What a card can do. */
export interface Gpu {
  /** The card's name. */
  readonly title: string;
  /** The most operations a second, in units of 10^12, of matrices that are not sparse; a multiply-add is two. */
  readonly teraflops: Readonly<Record<ComputeDType, number>>;
  /** The bytes of its memory, in units of 10^9. */
  readonly gigabytes: number;
}

/**
 * Cards by short names. Peaks are those of the makers' data sheets without sparsity: NVIDIA A100 80 GB SXM, H100 SXM, H200 SXM, L4,
 * T4, GeForce RTX 4090 (Ada white paper, products summed up in float32). `cpu` is one core with AVX2 that does two products of eight
 * floats a cycle at 3 GHz.
 */
export const GPUS = {
  a100: { title: "A100", teraflops: { float32: 19.5, tf32: 156, half: 312 }, gigabytes: 80 },
  h100: { title: "H100", teraflops: { float32: 67, tf32: 494.5, half: 989.5 }, gigabytes: 80 },
  h200: { title: "H200", teraflops: { float32: 67, tf32: 494.5, half: 989.5 }, gigabytes: 141 },
  l4: { title: "L4", teraflops: { float32: 30.3, tf32: 60, half: 121 }, gigabytes: 24 },
  t4: { title: "T4", teraflops: { float32: 8.1, tf32: 8.1, half: 65 }, gigabytes: 16 },
  rtx4090: {
    title: "RTX 4090",
    teraflops: { float32: 82.6, tf32: 82.6, half: 165.2 },
    gigabytes: 24,
  },
  cpu: {
    title: "processor core",
    teraflops: { float32: 0.096, tf32: 0.096, half: 0.096 },
    gigabytes: 4,
  },
} as const satisfies Readonly<Record<string, Gpu>>;

/** The short names of {@linkcode GPUS}. */
export type GpuName = keyof typeof GPUS;
