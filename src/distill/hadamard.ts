/**
 * Rotations that spread variance evenly.
 *
 * @module
 */

/** A square matrix, row by row. */
export type Matrix = Float64Array;

/**
 * A Hadamard matrix of order n over √n: orthogonal, all entries ±1/√n. Sylvester's doubling of order 1, or of Paley's first
 * construction (q + 1 for a prime q of the form 4k + 3); null where these give none.
 */
export function hadamard(n: number): Matrix | null {
  let base = n;
  while (base % 2 === 0 && !isPaley(base)) base /= 2;
  if (base !== 1 && !isPaley(base)) return null;
  let matrix: Matrix = base === 1 ? Float64Array.of(1) : paley(base);
  for (let size = base; size < n; size *= 2) matrix = doubled(matrix, size);
  return matrix.map((value) => value / Math.sqrt(n));
}

/** Whether Paley's first construction gives a matrix of this order. */
function isPaley(n: number): boolean {
  const q = n - 1;
  if (q < 3 || q % 4 !== 3) return false;
  for (let d = 3; d * d <= q; d += 2) if (q % d === 0) return false;
  return true;
}

/** [[M, M], [M, -M]] */
function doubled(matrix: Matrix, size: number): Matrix {
  const next = new Float64Array(4 * size * size);
  for (let row = 0; row < 2 * size; row++) {
    for (let column = 0; column < 2 * size; column++) {
      const value = matrix[(row % size) * size + column % size];
      next[row * 2 * size + column] = row >= size && column >= size ? -value : value;
    }
  }
  return next;
}

/** I + S, with S skew and made of the quadratic residues of q = n - 1. */
function paley(n: number): Matrix {
  const q = n - 1;
  const residues = new Set(Array.from({ length: q - 1 }, (_, i) => ((i + 1) * (i + 1)) % q));
  const matrix = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      matrix[row * n + column] = row === column
        ? 1
        : row === 0
        ? 1
        : column === 0
        ? -1
        : residues.has((row - column + q) % q)
        ? 1
        : -1;
    }
  }
  return matrix;
}

/**
 * An orthogonal matrix R for which R · diag(values) · Rᵀ has an even diagonal: Hadamard's where there is one of this order,
 * else a chain of plane rotations, each of which gives one more entry the mean (Bendel and Mickey 1978).
 */
export function evenRotation(values: readonly number[]): Matrix {
  return hadamard(values.length) ?? planeRotations(values);
}

function planeRotations(values: readonly number[]): Matrix {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  // The matrix as it stands, A = R · diag(values) · Rᵀ, and R.
  const a = new Float64Array(n * n);
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) [a[i * n + i], r[i * n + i]] = [values[i], 1];
  const open = Array.from({ length: n }, (_, i) => i);
  while (open.length > 1) {
    // Between the least and the largest entry there is an angle at which the first becomes the mean.
    open.sort((i, j) => a[i * n + i] - a[j * n + j]);
    const [i, j] = [open[0], open[open.length - 1]];
    rotate(a, r, n, i, j, mean);
    open.shift();
  }
  return r;
}

/** Turns the plane (i, j) so that entry (i, i) becomes `mean`. */
function rotate(a: Matrix, r: Matrix, n: number, i: number, j: number, mean: number): void {
  const [ii, jj, ij] = [a[i * n + i] - mean, a[j * n + j] - mean, a[i * n + j]];
  // c² ii + 2 c s ij + s² jj = 0 for the tangent t = s / c.
  const root = Math.sqrt(Math.max(0, ij * ij - ii * jj));
  const t = Math.abs(jj) > 0 ? (-ij + (ij > 0 ? -root : root)) / jj : ij === 0 ? 0 : -ii / (2 * ij);
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (const matrix of [a, r]) {
    for (let k = 0; k < n; k++) {
      const [x, y] = [matrix[i * n + k], matrix[j * n + k]];
      matrix[i * n + k] = c * x + s * y;
      matrix[j * n + k] = c * y - s * x;
    }
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + i], a[k * n + j]];
    a[k * n + i] = c * x + s * y;
    a[k * n + j] = c * y - s * x;
  }
}
