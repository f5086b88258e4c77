/**
 * What libtorch says of dtypes that do not fit, in this package's words.
 *
 * @module
 */

/** libtorch's names of element types, as its schemas print them. */
const dtypeNames: Readonly<Record<string, string>> = {
  Byte: "uint8",
  Char: "int8",
  Short: "int16",
  Int: "int32",
  Long: "int64",
  Half: "float16",
  BFloat16: "bfloat16",
  Float: "float32",
  Double: "float64",
  Bool: "bool",
  UInt16: "uint16",
  UInt32: "uint32",
  UInt64: "uint64",
  Float8_e5m2: "float8_e5m2",
  Float8_e4m3fn: "float8_e4m3fn",
  Float8_e5m2fnuz: "float8_e5m2fnuz",
  Float8_e4m3fnuz: "float8_e4m3fnuz",
  Float8_e8m0fnu: "float8_e8m0fnu",
  ComplexHalf: "complex32",
  ComplexFloat: "complex64",
  ComplexDouble: "complex128",
};

/** What libtorch's operators say where tensors have several dtypes. */
const mismatch =
  /same (dtype|datatype|type)|should be the same|expected scalar type|not implemented for '|dtype to be equal|expected dtype|Expected attn_mask dtype|type promoting not supported/i;

/** What kernels say where there is none for a dtype. */
const missing = /not implemented for '|inputs not supported/i;

/** What kernels say that take whole numbers only. */
const wholeOnly = /not implemented for '(Float|Double)'/;

/** Arguments that hold indices: their dtype is another matter. */
const indices = /^(index|indices|target|offsets|sorter|condition)$/;

/** A tensor among the arguments: its name and dtype. */
interface Operand {
  readonly name: string;
  readonly dtype: string;
}

/** The tensors among the arguments of a call, `name: Float[2, 3]`, and those in lists. */
function operandsOf(call: string): Operand[] {
  const found: Operand[] = [];
  let name = "";
  for (const [, label, type] of call.matchAll(/(\w+): |\b([A-Z]\w*)\[/g)) {
    if (label !== undefined) name = label === "self" ? "input" : label;
    else if (type in dtypeNames && !indices.test(name)) {
      found.push({ name, dtype: dtypeNames[type] });
    }
  }
  return found;
}

/** `a, b and c`. */
function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const last = unique.pop()!;
  return unique.length === 0 ? last : `${unique.join(", ")} and ${last}`;
}

/** Whether layers compute in a dtype: those of 8 bits store numbers only. */
function isFloat(dtype: string): boolean {
  return dtype.includes("float") && !dtype.startsWith("float8");
}

/** How a tensor of whole or 8-bit numbers becomes one that is computed with. */
function conversion(dtype: string, wanted: string): string {
  return dtype === "uint8"
    ? `Convert it with to("${wanted}"); bytes of images are also divided by 255, or go through the model's ` +
      `preprocessing.`
    : `Convert it with to("${wanted}").`;
}

function advice(operands: readonly Operand[], dtypes: readonly string[]): string {
  const [first, other] = dtypes;
  if (!isFloat(first) && isFloat(other)) return conversion(first, other);
  const odd = operands.find((operand) => !isFloat(operand.dtype));
  if (odd) return `Convert the ${odd.name} with to("${first}").`;
  return operands.some((operand) => operand.name === "weight")
    ? `Convert the input with to("${other}"), or the layer or model with to("${first}").`
    : `Convert with to("${first}") or to("${other}").`;
}

/**
 * Says which tensor of a call has which dtype, and what to do, where libtorch complains of dtypes; undefined
 * where it complains of something else. The call stays at the end.
 */
export function dtypeMessage(message: string): string | undefined {
  const at = message.lastIndexOf("\n  in ");
  if (at < 0) return undefined;
  const sentence = message.slice(0, at);
  const call = message.slice(at);
  if (!mismatch.test(sentence) && !missing.test(sentence)) return undefined;
  const operands = operandsOf(call);
  if (operands.length === 0) return undefined;
  const operator = /in aten::(\w+)/.exec(call)?.[1] ?? "This operation";
  const float = wholeOnly.exec(sentence)?.[1];
  if (float !== undefined) {
    return `${operator} does not take ${
      dtypeNames[float]
    }, only whole numbers: convert with to("int64").${call}`;
  }
  const dtypes = [...new Set(operands.map((operand) => operand.dtype))];
  if (dtypes.length > 1) {
    const parts = dtypes.map((dtype) => {
      const names = operands.filter((operand) => operand.dtype === dtype).map((o) => o.name);
      return names.includes("tensors") || names.includes("params")
        ? `some ${names[0]} are ${dtype}`
        : `the ${listed(names)} ${new Set(names).size > 1 ? "are" : "is"} ${dtype}`;
    });
    return `${operator}: ${listed(parts)}; all must be of one dtype. ${
      advice(operands, dtypes)
    }${call}`;
  }
  if (!missing.test(sentence)) return undefined;
  const [dtype] = dtypes;
  if (isFloat(dtype)) {
    return `${operator} is not there for ${dtype} on this device. Convert with to("float32").${call}`;
  }
  // Whole numbers that libtorch hardly computes in stay whole.
  const wanted = /^uint\d\d/.test(dtype) ? "int64" : "float32";
  return `${operator} does not take ${dtype}. ${conversion(dtype, wanted)}${call}`;
}
