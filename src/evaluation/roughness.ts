import type { ImageSet } from '../data/images';

/**
 * Returns how much neighbouring pixels differ, relative to pixels far apart: about 1 for static, whose pixels are
 * independent, less for pictures, and 0 if there are no differences.
 */
export function roughness({ images, channels, height, width }: ImageSet, count: number): number {
  const area = height * width;
  const numPlanes = count * channels;
  let [steps, numSteps, spread] = [0, 0, 0];
  for (let plane = 0; plane < numPlanes; plane++) {
    const pixels = images.subarray(plane * area, (plane + 1) * area);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / area;
    for (let index = 0; index < area; index++) {
      spread += (pixels[index]! - mean) ** 2;
      if (index % width === width - 1) continue;
      steps += (pixels[index + 1]! - pixels[index]!) ** 2;
      numSteps++;
    }
  }
  return spread === 0 || numSteps === 0 ? 0 : steps / numSteps / (2 * (spread / (numPlanes * area)));
}
