import type { DType, TypedArray } from '../native/handle';

// The dtypes that operators return, as far as types can express them: a union where it depends on values.

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

/** The typed array for a dtype: BigInt64Array for int64, bytes for booleans, Float32Array for 16-bit floats. */
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

/** The result dtype of functions such as `exp`: float32 for integers and booleans. */
export type FloatOf<D extends DType> = OfFloats[D];

interface OfSums extends Floats {
  int64: 'int64';
  int32: 'int64';
  uint8: 'int64';
  bool: 'int64';
}

/** The dtype of sums and products over elements: int64 for integers and booleans. */
export type SumOf<D extends DType> = OfSums[D];

interface WithNumbers extends Floats {
  int64: 'int64' | 'float32';
  int32: 'int32' | 'float32';
  uint8: 'uint8' | 'float32';
  bool: 'int64' | 'float32';
}

/** The result dtype of arithmetic with a number: float32 for integers if the number is not whole. */
export type WithNumber<D extends DType> = WithNumbers[D];
