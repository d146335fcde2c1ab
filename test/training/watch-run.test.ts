import { cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { LoadedRun } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { watchRun } from '../../src/training/watch-run';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

async function trained(name: string, seed: number): Promise<string> {
  const out = join(folder(), name);
  const { generator, discriminator } = await trainGan({ data: 'noise', epochs: 1, hidden: 4, out, seed }).result;
  generator.dispose();
  discriminator.dispose();
  return out;
}

const pictureOf = (current: LoadedRun) => (current as LoadedRun & { kind: 'gan' }).generator.sampleSync();

test('a run that is replaced is loaded again, a damaged one is reported once and not used', async () => {
  const [run, other] = [await trained('run', 1), await trained('other', 2)];
  const [reloads, errors]: [LoadedRun[], Error[]] = [[], []];
  using watched = watchRun(run, {
    everyMs: 1e6,
    onReload: (loaded) => reloads.push(loaded),
    onError: (error) => errors.push(error),
  });
  expect(watched.current.kind).toBe('gan');
  const old = watched.current;
  const first = pictureOf(old);
  expect(watched.check()).toBe(false);

  writeFileSync(join(run, 'model.safetensors'), 'damaged');
  expect([watched.check(), watched.check(), errors.length]).toEqual([false, false, 1]);
  expect(errors[0]).toMatchObject({ code: 'ERR_CHECKPOINT' });
  expect(watched.current).toBe(old);

  rmSync(run, { recursive: true });
  expect(watched.check()).toBe(false);
  cpSync(other, run, { recursive: true });
  expect(watched.check()).toBe(true);
  expect(reloads).toEqual([watched.current]);
  expect(watched.current.checksum).not.toBe(old.checksum);
  expect(pictureOf(watched.current)).not.toEqual(first);
  expect(pictureOf(old)).toEqual(first); // for who still uses it
});

test('a symbolic link that leads to another run is followed, without being asked', async () => {
  const [a, b] = [await trained('a', 1), await trained('b', 2)];
  const link = join(folder(), 'current');
  symlinkSync(a, link);
  using watched = watchRun(link, { everyMs: 5 });
  const { checksum } = watched.current;
  symlinkSync(b, `${link}.new`);
  renameSync(`${link}.new`, link);
  for (let round = 0; round < 1000 && watched.current.checksum === checksum; round++) await setTimeout(5);
  expect(watched.current.checksum).not.toBe(checksum);
});

test('what is not there cannot be watched', () => {
  expect(() => watchRun(join(folder(), 'nowhere'))).toThrow(expect.objectContaining({ code: 'ERR_FILE' }));
  expect(() => watchRun('run', { everyMs: 0 })).toThrow(/everyMs/);
});
