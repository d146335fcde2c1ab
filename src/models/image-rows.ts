import { LibtorchGenerativeError, shapeText } from '../errors';
import type { DType } from '../native/handle';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';

/** Throws ERR_SHAPE unless `noise` is (B, noiseDim). */
export function checkNoise(noise: Tensor<DType>, noiseDim: number): void {
  checkTensor('noise', noise);
  const { shape } = noise;
  if (shape.length !== 2 || shape[1] !== noiseDim) throw misshapen('noise', [noiseDim], shape);
}

/** Returns images as (B, channels, resolution, resolution), whether they are that or rows. @throws ERR_SHAPE */
export function asImages<D extends DType>(images: Tensor<D>, channels: number, resolution: number): Tensor<D> {
  checkTensor('images', images);
  const [, ...size] = images.shape;
  const expected = [channels, resolution, resolution];
  if (size.join() === expected.join()) return images;
  if (size.join() === `${channels * resolution ** 2}`) return images.reshape([-1, ...expected]);
  throw misshapen('images', expected, images.shape);
}

function misshapen(name: string, expected: number[], received: readonly number[]): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape (B, ${expected.join(', ')}) for ${name} but received ${shapeText(received)}`,
  );
}
