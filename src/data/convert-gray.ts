import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { CHANNELS, type ImageColor } from './collected-pictures';
import { type ImageSet, valuesPerImage } from './image-set';
import { describeSource, NO_LOSSES } from './image-source';
import { resized } from './resize';

const BATCH_SIZE = 1000;

/**
 * Brings gray images to the size and the colors that are asked for, as pictures are. Yields after each batch.
 *
 * @param resolution the height and width to which they are resized, their longer side cropped at both ends
 */
export function* convertGray(
  gray: ImageSet,
  { resolution, color }: { resolution: number | undefined; color: ImageColor },
): Generator<void, ImageSet> {
  const size = { height: resolution ?? gray.height, width: resolution ?? gray.width };
  const sizes = { count: gray.count, channels: CHANNELS[color], ...size };
  const images = new Uint8Array(gray.count * valuesPerImage(sizes)).fill(255); // opaque
  const area = size.height * size.width;
  for (let start = 0; start < gray.count; start += BATCH_SIZE) {
    const levels = resolution === undefined ? rowsOf(gray, start) : resizedRows(gray, start, resolution);
    for (let index = 0; index < levels.length / area; index++) {
      const image = levels.subarray(index * area, (index + 1) * area);
      const at = (start + index) * valuesPerImage(sizes);
      for (let channel = 0; channel < Math.min(sizes.channels, 3); channel++) images.set(image, at + channel * area);
    }
    yield;
  }
  const enlarged = resolution !== undefined && Math.min(gray.height, gray.width) < resolution ? gray.count : 0;
  return { images, ...sizes, source: describeSource(sizes, { ...NO_LOSSES, enlarged }) };
}

function rowsOf({ images, height, width }: ImageSet, start: number): Uint8Array {
  return images.subarray(start * height * width, (start + BATCH_SIZE) * height * width);
}

function resizedRows(gray: ImageSet, start: number, resolution: number): Uint8Array {
  const { height, width } = gray;
  const side = Math.min(height, width);
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  return scope(() => {
    const whole = tensor(rowsOf(gray, start), { dtype: 'float32' }).view(-1, height, width);
    const square = whole.slice(1, top, top + side).slice(2, left, left + side);
    return resized(square, resolution).round().to('uint8').toArray();
  });
}
