import { type Check, checkInteger, isArray, readArray } from '../check';
import { checkMemory } from '../check-memory';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import type { DType } from '../native/handle';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';

/** A number for the height and the width, or one for each. */
export type Size2d = number | readonly [height: number, width: number];

/** Returns a size as two numbers. @throws ERR_INVALID_ARGUMENT unless they are whole and at least `min` */
export function toSize2d(name: string, size: Size2d, min = 1): [height: number, width: number] {
  return toPair(name, size, (name, value) => checkInteger(name, value, { min }));
}

/** Returns a number, or one for each of height and width, as two. @throws ERR_INVALID_ARGUMENT as `check` does */
export function toPair(name: string, given: Size2d, check: Check): [height: number, width: number] {
  if (!isArray(given)) {
    check(name, given);
    return [given as number, given as number];
  }
  const [height, width, ...others] = readArray(name, given as number[], check, 'a number, or two');
  if (height === undefined || width === undefined || others.length > 0) {
    throw invalidArgument(name, 'a number, or two', given);
  }
  return [height, width];
}

/** Throws ERR_SHAPE unless `input` is images, of so many channels if told: (B, C, H, W), or one of them. */
export function checkImages(input: Tensor<DType>, channels?: number): void {
  checkTensor('input', input);
  const { shape } = input;
  if (shape.length === 3 || shape.length === 4) {
    if (channels === undefined || shape.at(-3) === channels) return;
  }
  throw notImages(channels, shape);
}

/** Throws ERR_SHAPE unless `input` is (B, C, H, W), with so many channels if told. */
export function checkBatch(input: Tensor<DType>, channels?: number): void {
  checkTensor('input', input);
  const { shape } = input;
  if (shape.length !== 4 || shape[1] !== (channels ?? shape[1])) throw notImages(channels, shape);
}

function notImages(channels: number | undefined, shape: readonly number[]): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape (B, ${channels ?? 'C'}, H, W) for input but received ${shapeText(shape)}`,
  );
}

/** Throws ERR_INVALID_ARGUMENT unless the groups divide the channels. */
export function checkGroups(groups: number, channels: Record<string, number>): void {
  for (const [name, value] of Object.entries(channels)) {
    if (value % groups !== 0) throw invalidArgument('groups', `a divisor of ${name}, ${value},`, groups);
  }
}

/** Throws ERR_INVALID_ARGUMENT, naming a size, if weights of this shape need more memory than is available. */
export function checkWeights(name: string, value: number, shape: readonly number[]): void {
  checkMemory(
    name,
    value,
    shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT),
  );
}
