/**
 * Calls random operators with random frames. Writes the number of every call and its operator to a file
 * before it is made, so that who finds the process dead knows of which. Prints how the calls ended.
 *
 *     deno run -A tests/ffi/children/fuzz.ts <seed> <calls> <file> [excluded names as a RegExp]
 *
 * @module
 */

import { context, frame, native, opCall, open, readText, writeText } from "../../../ffi/native.ts";

const [seed, calls, path, excluded] = Deno.args;

// A generator of its own: libtorch's is among what is called.
let state = Number(seed) * 2654435761 >>> 0 || 1;
function random(n: number): number {
  state = Math.imul(state, 1664525) + 1013904223 >>> 0;
  return Math.floor(state / 4294967296 * n);
}
const pick = <T>(list: readonly T[]): T => list[random(list.length)];

open();
native.ap_threads(context, 1);

function operators(): { name: string; id: number; kinds: string }[] {
  const names: string[] = [];
  for (let i = 0;; i++) {
    const length = native.ap_op_name(context, i);
    if (length <= 0) break;
    names.push(readText(length));
  }
  const skip = excluded ? new RegExp(excluded) : /^$/;
  return names.filter((name) => name.startsWith("aten::") && !skip.test(name)).sort()
    .map((name) => {
      const id = native.ap_op_find(context, writeText(name));
      const kinds = readText(native.ap_op_schema(context, id)).split("\n")[1];
      return { name, id, kinds };
    });
}

/** Tensors of several shapes and dtypes, made anew when calls have changed or freed them. */
function tensors(): number[] {
  const shapes = [[], [1], [3], [0], [2, 3], [3, 3], [2, 3, 4], [1, 2, 4, 4]];
  const dtypes: [number, number][] = [[6, 4], [6, 4], [7, 8], [4, 8], [3, 4], [11, 1], [5, 2], [
    0,
    1,
  ]];
  return shapes.flatMap((shape) =>
    dtypes.map(([code, bytes]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const data = new Uint8Array(count * bytes);
      for (let i = 0; i < count; i++) data[i * bytes] = random(2);
      shape.forEach((size, i) => frame[i] = size);
      native.ap_tensor_from_data(context, data, data.length, code, shape.length, 0);
      return frame[0];
    })
  );
}

const odd = [0, 1, -1, NaN, Infinity, 4194304, 2 ** 53, -(2 ** 53), 1e300, 12345678901, 0.5];
// Nothing between: a size that memory has just room for would be filled.
const whole = [-(2 ** 53), -(2 ** 40), -7, -2, -1, 0, 1, 2, 3, 4, 5, 6, 2 ** 50, 2 ** 53];
const numbers = [...whole, 0.5, -1.5, NaN, Infinity, -Infinity, 1e300];

let handles = tensors();

/** Writes an argument of the kind, mostly of its form, sometimes not; returns the next place. */
function put(at: number, kind: string): number {
  if (random(200) === 0) {
    // Anything at all.
    const count = random(6);
    for (let i = 0; i < count; i++) frame[at++] = pick(odd);
    return at;
  }
  const handle = () => random(50) === 0 ? pick(odd) : pick(handles);
  if (kind === "t" || kind === "g") {
    frame[at] = random(2) === 0 || kind === "g" ? 0 : handle();
    return at + 1;
  }
  if (kind >= "a" && kind <= "z") {
    if (random(2) === 0) {
      frame[at] = 0;
      return at + 1;
    }
    frame[at] = 1;
    return put(at + 1, kind.toUpperCase());
  }
  const list = (write: () => number): number => {
    const count = random(4);
    frame[at++] = random(60) === 0 ? pick(odd) : count;
    for (let i = 0; i < count; i++) frame[at++] = write();
    return at;
  };
  const small = () => random(8) === 0 ? pick(whole) : random(4) - 1;
  switch (kind) {
    case "T":
      frame[at] = handle();
      return at + 1;
    case "L":
    case "J":
      return list(handle);
    case "A":
    case "X":
      return list(small);
    case "D":
    case "R":
      return list(() => pick(numbers));
    case "C":
      return list(() => random(2));
    case "B":
      frame[at] = random(2);
      return at + 1;
    case "Y":
      frame[at] = random(20) === 0 ? pick(whole) : pick([6, 7, 4, 11, 5, 15]);
      return at + 1;
    case "V":
      frame[at] = random(10) === 0 ? random(70000) : 0;
      return at + 1;
    case "H":
      frame[at] = writeText(
        pick(["sum", "mean", "ij", "i,j->ij", "linear", "", "ünö", "none", "floor"]),
      );
      return at + 1;
    case "S":
    case "F":
      frame[at] = pick(numbers);
      return at + 1;
    default:
      frame[at] = small();
      return at + 1;
  }
}

const list = operators();
const log = Deno.openSync(path, { write: true, create: true, truncate: true });
const encoder = new TextEncoder();
let worked = 0;
let refused = 0;
const codes = new Map<number, number>();
for (let i = 0; i < Number(calls); i++) {
  const { name, id, kinds } = pick(list);
  const wanted = kinds.split(">")[0];
  const scope = native.ap_scope_open(context);
  let at = 0;
  for (const kind of wanted) at = put(at, kind);
  const given = random(20) === 0 ? random(12) : wanted.length;
  log.seekSync(0, Deno.SeekMode.Start);
  log.writeSync(
    encoder.encode(`${i} ${name} ${kinds} ${given} ${frame.slice(0, at).join(",")}\n`.padEnd(400)),
  );
  const result = opCall(context, id, given);
  if (result < 0) {
    refused++;
    codes.set(-result, (codes.get(-result) ?? 0) + 1);
    const message = readText(frame[0]);
    if (message === "") throw new Error(`${name} failed without a message`);
  } else worked++;
  native.ap_scope_close(context, scope);
  if (i % 50 === 0) {
    handles.forEach((one) => native.ap_release_one(context, one));
    native.ap_grad_mode(context, 1);
    handles = tensors();
  }
}
handles.forEach((one) => native.ap_release_one(context, one));
native.ap_memory(context, 0);
console.log(JSON.stringify({ worked, refused, left: frame[0], codes: [...codes] }));
