import type { DType, TypedArray } from '../native/handle';

// What an operator makes of a dtype, as far as types can tell: a union where it depends on values.

interface Arrays {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
  float16: Float32Array<ArrayBuffer>;
  bfloat16: Float32Array<ArrayBuffer>;
}

/** The typed array that holds elements of a dtype: int64 in a BigInt64Array, booleans as bytes, halves as float32. */
export type ArrayOf<D extends DType> = Arrays[D];

/** The dtype of a typed array's elements. */
export type DTypeOf<Array extends TypedArray> = Array extends Float32Array
  ? 'float32'
  : Array extends Float64Array
    ? 'float64'
    : Array extends BigInt64Array
      ? 'int64'
      : Array extends Int32Array
        ? 'int32'
        : 'uint8';

interface Floats {
  float32: 'float32';
  float64: 'float64';
  float16: 'float16';
  bfloat16: 'bfloat16';
}

interface OfFloats extends Floats {
  int64: 'float32';
  int32: 'float32';
  uint8: 'float32';
  bool: 'float32';
}

/** What functions such as the exponential make: of integers and booleans float32. */
export type FloatOf<D extends DType> = OfFloats[D];

interface OfSums extends Floats {
  int64: 'int64';
  int32: 'int64';
  uint8: 'int64';
  bool: 'int64';
}

/** What sums and products of many elements are: of integers and booleans int64. */
export type SumOf<D extends DType> = OfSums[D];

interface WithNumbers extends Floats {
  int64: 'int64' | 'float32';
  int32: 'int32' | 'float32';
  uint8: 'uint8' | 'float32';
  bool: 'int64' | 'float32';
}

/** What arithmetic with a number makes: of integers float32 if the number is not whole. */
export type WithNumber<D extends DType> = WithNumbers[D];
