/** A tensor's handle in the add-on: the number of a slot in this thread's table. */
export type Handle = number;

/** An element type, by PyTorch's name. */
export type DType = (typeof DTYPES)[number];

/** All element types. */
export const DTYPES = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool', 'float16', 'bfloat16'] as const;

/** A typed array that tensors can be created from and copied to. */
export type TypedArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
