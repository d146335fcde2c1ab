import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readIdx } from '../../../src/data/idx';
import { orRefused, type Target } from '../target';

const plain = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 2, 3, 252, 253, 254, 255);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4);

/** IDX files, plain and compressed: chance makes no valid gzip data, so each input is read compressed too. */
export const idx: Target = {
  name: 'idx',
  words: ['\x00\x00\x08\x03', '\x1f\x8b\x08'],
  prepare: () => [plain, labels, gzipSync(plain)],
  read(folder, input) {
    const path = join(folder, 'images.idx');
    const arrays = [input, gzipSync(input, { level: 1 })].map((bytes) => {
      writeFileSync(path, bytes);
      return orRefused(() => readIdx(path));
    });
    for (const array of arrays) {
      const count = array?.shape.reduce((product, size) => product * size, 1);
      if (array?.data.length !== count) throw new Error(`Read ${array?.data.length} elements instead of ${count}`);
    }
    return arrays.some(Boolean);
  },
};
