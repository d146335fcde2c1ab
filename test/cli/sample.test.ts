import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { trainGan } from '../../src/training/train-gan';
import { runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
beforeEach(async () => {
  await trainGan({ asWritten: true, epochs: 1, seed: 3, out: join(folder(), 'run') }).result;
});

const sample = (...args: string[]) => runCli(['sample', 'run', ...args], { cwd: folder() });
const read = (name: string) => readFileSync(join(folder(), name));
const grays = (bytes: Buffer) => PNG.sync.read(bytes).data.filter((_, index) => index % 4 === 0);

test('one file an image goes to a folder, and each is the image of its number', async () => {
  const { status, stderr } = await sample('--count', '12', '--seed', '7', '--out', 'digits/');
  expect([status, stderr]).toEqual([0, '12 images are in digits/\n']);
  const names = readdirSync(join(folder(), 'digits'));
  expect([names.length, names[0], names[11]]).toEqual([12, '7-0000.png', '7-0011.png']);
  expect((await sample('--count', '1', '--seed', '7', '--out', 'one.png')).status).toBe(0);
  expect(grays(read('digits/7-0000.png'))).toEqual(grays(read('one.png')));
  expect((await sample('--count', '2', '--seed', '8', '--out', 'digits')).status).toBe(0); // it is there
  expect(readdirSync(join(folder(), 'digits'))).toHaveLength(14);
});

test.each(['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const)('a picture can be %s', async (format) => {
  const out = `grid.${format === 'tiff' ? 'TIF' : format}`;
  expect((await sample('--count', '6', '--columns', '2', '--out', out)).status).toBe(0);
  expect(await sharp(join(folder(), out)).metadata()).toMatchObject({
    format: format === 'avif' ? 'heif' : format,
    width: 2 * (2 + 2 * 30),
    height: 2 * (2 + 3 * 30),
  });
});

test('images lead from one seed to the next: as files, a strip and animated', async () => {
  const between = ['--between', '3', '5', '3', '--steps', '4'];
  expect(await sample(...between, '--out', 'frames/')).toMatchObject({
    status: 0,
    stderr: '9 images are in frames/\n',
  });
  const frames = readdirSync(join(folder(), 'frames')).map((name) => grays(read(`frames/${name}`)));
  for (const [index, seed] of [
    [0, 3],
    [4, 5],
    [8, 3],
  ] as const) {
    // biome-ignore format: a table
    await sample('--count', '1', '--seed', `${seed}`, '--out', 'one.png');
    expect(frames[index]).toEqual(grays(read('one.png')));
  }
  expect(new Set(frames.map((frame) => frame.join())).size).toBe(5); // there, and the same way back
  expect(frames[3]).toEqual(frames[5]);
  await sample(...between, '--out', 'strip.png');
  expect(PNG.sync.read(read('strip.png'))).toMatchObject({ width: 2 * (2 + 9 * 30), height: 2 * (2 + 30) });
  for (const out of ['morph.gif', 'morph.webp']) {
    expect((await sample(...between, '--out', out)).status).toBe(0);
    expect(await sharp(join(folder(), out)).metadata()).toMatchObject({ pages: 9, width: 28 * 9, loop: 0 });
  }
});

test('less noise draws other images, none draws one', async () => {
  for (const truncation of ['1', '0.5', '1e-9']) {
    expect((await sample('--count', '8', '--truncation', truncation, '--out', `t${truncation}/`)).status).toBe(0);
  }
  const drawn = (name: string) =>
    readdirSync(join(folder(), name)).map((file) => grays(read(`${name}/${file}`)).join());
  expect(new Set(drawn('t1')).size).toBe(8);
  expect(drawn('t0.5')).not.toEqual(drawn('t1'));
  expect(new Set(drawn('t1e-9')).size).toBe(1);
});

test.each([
  [
    ['--out', 'grid.bmp'],
    /^error: Expected a file whose name ends with \.png, .*\.gif, for --out but received "grid\.bmp"/,
  ],
  [['--truncation', '0'], /--truncation but received 0/],
  [['--between', '3'], /^error: Expected two seeds or more for --between but received 1/],
  [['--between', '3', 'x'], /a whole number for --between but received "x"/],
  [['--between', '3', '4', '--count', '9'], /^error: --count does not apply with --between\.$/m],
  [['--steps', '9'], /^error: --steps requires --between\.$/m],
  [['--between', '3', '4', '--steps', '1000000000'], /--steps 1000000000 needs at least .* of memory/],
])('%j is refused', async (args, message) => {
  const { status, stderr } = await sample(...args);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
  expect(readdirSync(folder())).toEqual(['run']);
});
