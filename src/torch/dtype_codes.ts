/**
 * Finding dtypes by name and by libtorch's number.
 *
 * @module
 */

import { type DType, type DTypeInfo, dtypes } from "../base/dtypes.ts";
import { DTypeError } from "../base/errors.ts";
import { isNameOf } from "../base/lookup.ts";

const names = new Map<number, DType>(
  (Object.keys(dtypes) as DType[]).map((name) => [dtypes[name].code, name]),
);

/** The dtype with libtorch's number `code`. */
export function dtypeFromCode(code: number): DType {
  const name = names.get(code);
  if (name === undefined) {
    throw new DTypeError(
      `This tensor has libtorch's dtype number ${code}, which is none of ${
        Object.keys(dtypes).join(", ")
      }; convert it with to() first.`,
    );
  }
  return name;
}

/** libtorch's number for `dtype`. */
export function dtypeCode(dtype: DType): number {
  return infoOf(dtype).code;
}

export function infoOf(dtype: DType): DTypeInfo {
  if (isNameOf(dtypes, dtype)) return dtypes[dtype];
  throw new DTypeError(
    `There is no dtype "${dtype}"; it is one of ${Object.keys(dtypes).join(", ")}.`,
  );
}
