import type { ImageSet } from '../data/images';

/**
 * Returns how much neighbouring pixels differ, relative to pixels far apart: about 1 for static, whose pixels are
 * independent, less for pictures, and 0 if there are no differences.
 */
export function roughness({ images, height, width }: ImageSet, count: number): number {
  const area = height * width;
  let [steps, numSteps, spread] = [0, 0, 0];
  for (let image = 0; image < count; image++) {
    const pixels = images.subarray(image * area, (image + 1) * area);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / area;
    for (let index = 0; index < area; index++) {
      spread += (pixels[index]! - mean) ** 2;
      if (index % width === width - 1) continue;
      steps += (pixels[index + 1]! - pixels[index]!) ** 2;
      numSteps++;
    }
  }
  return spread === 0 || numSteps === 0 ? 0 : steps / numSteps / (2 * (spread / (count * area)));
}
