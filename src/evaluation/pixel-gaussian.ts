import type { ImageSet } from '../data/images';
import { tensor } from '../tensor/creation';
import { RandomGenerator, randn } from '../tensor/random';
import { scope } from '../tensor/scope';

/** Draws images with independent pixels, each from a Gaussian with its mean and deviation in real images. */
export function drawPixelGaussian({ images, count, height, width }: ImageSet, wanted: number, seed: number): ImageSet {
  const area = height * width;
  const bytes = scope(() => {
    const pixels = tensor(images, { shape: [count, area], dtype: 'float32' });
    const noise = randn([wanted, area], { generator: new RandomGenerator(seed) });
    const drawn = noise.mul(pixels.std(0, { correction: 0 })).add(pixels.mean(0));
    return drawn.add(0.5).clamp(0, 255).to('uint8').toArray(); // rounded
  });
  return { images: bytes, count: wanted, height, width };
}
