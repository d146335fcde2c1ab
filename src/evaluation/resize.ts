import type { ImageSet } from '../data/images';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Returns the images from `start` up to `end` as (B, size · size) in [0, 1], resized bilinearly with antialiasing. */
export function resizedPixels({ images, height, width }: ImageSet, size: number, start: number, end: number): Tensor {
  return scope(() => {
    const area = height * width;
    const bytes = images.subarray(start * area, end * area);
    const pixels = tensor(bytes, { shape: [bytes.length / area, height, width], dtype: 'float32' }).div(255);
    if (height === size && width === size) return pixels.flatten(1);
    const columns = resizing(width, size).transpose(0, 1);
    return resizing(height, size).matmul(pixels.matmul(columns)).flatten(1);
  });
}

/**
 * Returns (size, from): each row averages the pixels under a triangle that is two pixels of the coarser grid wide.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
function resizing(from: number, size: number): Tensor {
  const scale = from / size;
  const radius = Math.max(scale, 1);
  const rows = Array.from({ length: size }, (_, row) => {
    const center = (row + 0.5) * scale;
    const weights = Array.from({ length: from }, (_, i) => Math.max(0, 1 - Math.abs(i + 0.5 - center) / radius));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
  return tensor(rows);
}
