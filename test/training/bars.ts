import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes 24 images of a bright bar on a dark ground, and returns the IDX file. */
export function barsFile(folder: string, height: number, width: number): string {
  const file = join(folder, 'images');
  const header = Buffer.alloc(16);
  header.set([0, 0, 8, 3]);
  for (const [index, size] of [24, height, width].entries()) header.writeUInt32BE(size, 4 + 4 * index);
  const pixels = Uint8Array.from({ length: 24 * height * width }, (_, at) => {
    const image = Math.floor(at / (height * width));
    return (at % width) - (image % width) < 3 && at % width >= image % width ? 250 : 5;
  });
  writeFileSync(file, Buffer.concat([header, pixels]));
  return file;
}
