/** A tensor as the add-on knows it: a number that names a slot of this thread's table. */
export type Handle = number;

/** Element types, by PyTorch's names. */
export type DType = (typeof DTYPES)[number];

/** All element types. */
export const DTYPES = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool', 'float16', 'bfloat16'] as const;

/** Typed arrays that tensors are made from and copied to. */
export type TypedArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
