import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { readImages } from '../../../src/data/images';
import { orRefusedAsync, type Target } from '../target';

const [WIDTH, HEIGHT] = [4, 3];
const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** A chunk's length and type before its data, and its checksum after that. */
const [BEFORE, AFTER] = [8, 4];

/** An image of each color type: 0 for gray, 2 for RGB, 4 and 6 for the same with transparency. */
function image(colorType: 0 | 2 | 4 | 6, bitDepth: 8 | 16 = 8): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let index = 0; index < png.data.length; index++) png.data[index] = (index * 37) % 256;
  return PNG.sync.write(png, { colorType, bitDepth, deflateLevel: 0 });
}

function chunk(type: string, ...data: number[]): Buffer {
  const bytes = Buffer.alloc(BEFORE + data.length + AFTER);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, BEFORE);
  return bytes;
}

/** One pixel from a palette with a transparent color; that it is interlaced changes no byte of its data. */
function pixel(interlaced: 0 | 1): Buffer {
  const header = chunk('IHDR', 0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, interlaced);
  const colors = [chunk('PLTE', 255, 0, 0, 0, 255, 0), chunk('tRNS', 0, 128), chunk('gAMA', 0, 0, 177, 143)];
  const data = chunk('IDAT', ...deflateSync(Uint8Array.of(0, 1)));
  return withChecksums(Buffer.concat([SIGNATURE, header, ...colors, data, chunk('IEND')]));
}

/** Corrects the checksum of each chunk: a reader refuses all that chance makes before it looks at them. */
function withChecksums(input: Uint8Array): Buffer {
  const bytes = Buffer.from(input);
  let start = SIGNATURE.length;
  while (start + BEFORE + AFTER <= bytes.length) {
    const end = start + BEFORE + bytes.readUInt32BE(start);
    if (end + AFTER > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(start + 4, end)), end);
    start = end + AFTER;
  }
  return bytes;
}

/** A folder with a picture. */
export const pictures: Target = {
  name: 'pictures',
  words: ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'IDAT', 'IEND'],
  async prepare(folder) {
    mkdirSync(join(folder, 'photos'));
    const photo = sharp(image(2)).withExif({ IFD0: { Orientation: '6' } });
    const others = [photo.jpeg(), photo.webp(), photo.avif(), photo.tiff(), photo.gif()];
    const encoded = await Promise.all(others.map((each) => each.clone().toBuffer()));
    return [image(0), image(0, 16), image(2), image(4), image(6), pixel(0), pixel(1), ...encoded];
  },
  async read(folder, input) {
    const photos = join(folder, 'photos');
    const isPng = Buffer.from(input).indexOf(SIGNATURE) === 0;
    const sets = [];
    for (const bytes of isPng ? [input, withChecksums(input)] : [input]) {
      writeFileSync(join(photos, 'a.png'), bytes);
      sets.push(await orRefusedAsync(readImages(photos)));
    }
    for (const set of sets) {
      const count = set && set.count * set.channels * set.height * set.width;
      if (set?.images.length !== count) throw new Error(`Read ${set?.images.length} values instead of ${count}`);
    }
    return sets.some(Boolean);
  },
};
