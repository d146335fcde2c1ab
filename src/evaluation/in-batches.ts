import { Breather } from '../breathe';
import { type ImageSet, partOf } from '../data/image-set';
import { cat } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';

/**
 * Computes the features of images batch by batch, and lets the event loop run in between.
 *
 * @param look returns the features (B, F) of a batch
 */
export async function lookInBatches(
  images: ImageSet,
  batchSize: number,
  look: (batch: ImageSet) => Tensor | Promise<Tensor>,
): Promise<Tensor> {
  const breather = new Breather();
  const parts: Tensor[] = [];
  try {
    for (let start = 0; start < images.count; start += batchSize) {
      parts.push(await look(partOf(images, start, start + batchSize)));
      await breather.breathe();
    }
    return cat(parts);
  } finally {
    for (const part of parts) part.dispose();
  }
}
