import { type ImageSet, valuesPerImage } from '../data/image-set';
import { tensor } from '../tensor/creation';
import { RandomGenerator, randn } from '../tensor/random';
import { scope } from '../tensor/scope';

/** Draws images with independent pixels, each from a Gaussian with its mean and deviation in real images. */
export function drawPixelGaussian(real: ImageSet, wanted: number, seed: number): ImageSet {
  const { images, count, ...size } = real;
  const numValues = valuesPerImage(size);
  const bytes = scope(() => {
    const pixels = tensor(images, { shape: [count, numValues], dtype: 'float32' });
    const noise = randn([wanted, numValues], { generator: new RandomGenerator(seed) });
    const drawn = noise.mul(pixels.std(0, { correction: 0 })).add(pixels.mean(0));
    return drawn.add(0.5).clamp(0, 255).to('uint8').toArray(); // rounded
  });
  return { ...size, images: bytes, count: wanted, source: undefined };
}
