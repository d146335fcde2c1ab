import { where } from '../tensor/creation';
import { rand } from '../tensor/random';
import type { Tensor } from '../tensor/tensor';
import type { ImageSize } from './image-set';

/** Mirrors each image left to right with probability one half: maps rows (B, channels · height · width) to the same. */
export function someMirrored(rows: Tensor, { channels, height, width }: ImageSize): Tensor {
  const images = rows.view(-1, channels, height, width);
  const { device } = rows;
  const isMirrored = rand([images.shape[0]!, 1, 1, 1], { device }).lt(0.5);
  return where(isMirrored, images.flip(3), images).flatten(1);
}
