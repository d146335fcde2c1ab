import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';

const [HALVES, NAME, SIDE] = [['left', 'right', 'top'], 'halves', 16];

/** Writes 24 pictures of each class, of which that half is bright, and returns the folder of the classes' folders. */
export function writeHalves(
  folder: string,
  options: { halves?: readonly string[] | undefined; name?: string | undefined; side?: number | undefined } = {},
): string {
  const { halves = HALVES, name = NAME, side = SIDE } = options;
  const isBright: Record<string, (x: number, y: number) => boolean> = {
    left: (x) => x < side / 2,
    right: (x) => x >= side / 2,
    top: (_, y) => y < side / 2,
  };
  for (const half of halves) {
    mkdirSync(join(folder, name, half), { recursive: true });
    for (let number = 0; number < 24; number++) {
      const picture = new PNG({ width: side, height: side });
      for (let pixel = 0; pixel < side * side; pixel++) {
        const level = isBright[half]!(pixel % side, Math.floor(pixel / side)) ? 200 + number : number;
        picture.data.set([level, level, level, 255], 4 * pixel);
      }
      writeFileSync(join(folder, name, half, `${number}.png`), PNG.sync.write(picture));
    }
  }
  return join(folder, name);
}
