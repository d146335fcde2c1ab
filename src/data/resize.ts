import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { type ImageSet, valuesPerImage } from './image-set';

/**
 * Returns the images from `start` up to `end` as (B, size · size) in [0, 1], resized bilinearly with antialiasing; colors
 * become gray, on white.
 */
export function resizedPixels(set: ImageSet, size: number, start: number, end: number): Tensor {
  const { images, channels, height, width } = set;
  return scope(() => {
    const bytes = images.subarray(start * valuesPerImage(set), end * valuesPerImage(set));
    const shape = [bytes.length / valuesPerImage(set), channels, height, width];
    const pixels = grayOf(tensor(bytes, { shape, dtype: 'float32' }).div(255));
    return resized(pixels, size).flatten(1);
  });
}

/** Returns all images as (B, 3, height, width) in [0, 1], resized likewise; transparent ones on white, gray ones in RGB. */
export function resizedColors(set: ImageSet, { height, width }: { height: number; width: number }): Tensor {
  const { images, count, channels } = set;
  return scope(() => {
    const pixels = tensor(images, { shape: [count, channels, set.height, set.width], dtype: 'float32' }).div(255);
    const colors = channels === 4 ? onWhite(pixels.slice(1, 0, 3), pixels.slice(1, 3)) : pixels;
    const planes = resized(colors.flatten(0, 1), height, width).view(count, -1, height, width);
    return planes.expand(count, 3, height, width).contiguous();
  });
}

/** Resizes images (B, H, W) to (B, height, width), bilinearly with antialiasing. */
export function resized(images: Tensor, height: number, width = height): Tensor {
  const [, fromHeight, fromWidth] = images.shape as [number, number, number];
  if (fromHeight === height && fromWidth === width) return images;
  return resizing(fromHeight, height).matmul(images.matmul(resizing(fromWidth, width).transpose(0, 1)));
}

/** The shares of red, green and blue in Rec. 601's gray. */
const LUMA = [0.299, 0.587, 0.114];

/** Maps (B, C, H, W) to (B, H, W). */
function grayOf(images: Tensor): Tensor {
  const numChannels = images.shape[1]!;
  if (numChannels === 1) return images.squeeze(1);
  const gray = LUMA.map((share, channel) => images.select(1, channel).mul(share)).reduce((sum, each) => sum.add(each));
  return numChannels === 4 ? onWhite(gray, images.select(1, 3)) : gray;
}

function onWhite(colors: Tensor, opacity: Tensor): Tensor {
  return colors.sub(1).mul(opacity).add(1);
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
