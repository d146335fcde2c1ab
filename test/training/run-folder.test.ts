import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDiscriminator, loadGenerator } from '../../src/training/load-run';
import { RunFolder } from '../../src/training/run-folder';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();
const noise = { data: 'noise', threads: 1, hidden: 8 } as const;
const lockIn = (run: string) => join(run, 'lock.json');

const workingFolder = process.cwd();
afterEach(() => process.chdir(workingFolder));

describe('paths are those of the call, wherever the process goes', () => {
  beforeEach(() => {
    mkdirSync(join(folder(), 'here'));
    mkdirSync(join(folder(), 'there'));
    process.chdir(join(folder(), 'here'));
  });
  const go = () => process.chdir(join(folder(), 'there'));

  test('out, before it is iterated and between the epochs', async () => {
    const run = trainGan({ ...noise, epochs: 4, out: 'run' });
    go();
    for await (const _ of run) process.chdir(folder());
    expect(readdirSync(join(folder(), 'here', 'run'))).toEqual([
      'checkpoint.safetensors',
      'config.json',
      'discriminator.safetensors',
      'metrics.jsonl',
      'model.safetensors',
      'report.html',
      'samples',
    ]);
    expect(readdirSync(folder())).toEqual(['here', 'there']);
    expect(readdirSync('there')).toEqual([]);
  });

  test('resume and data', async () => {
    writeFileSync('sine.csv', `y\n${Array.from({ length: 60 }, (_, row) => `${Math.sin(row)}\n`).join('')}`);
    const run = trainMdnRnn({ data: 'sine.csv', column: 'y', preset: 'article', window: 4, epochs: 1, out: 'run' });
    go();
    expect((await run.result).settings.data).toBe(join(realpathSync(folder()), 'here', 'sine.csv'));

    process.chdir(join(folder(), 'here'));
    const resumed = trainMdnRnn({ resume: 'run', data: 'sine.csv', epochs: 2 } as never);
    go();
    expect((await resumed.result).settings.epochs).toBe(2);
  });
});

describe('the lock', () => {
  test('is there while a run is trained, and gone after its end, its failure and when it was left', async () => {
    const out = join(folder(), 'run');
    for await (const _ of trainGan({ ...noise, epochs: 2, out })) expect(existsSync(lockIn(out))).toBe(true);
    expect(existsSync(lockIn(out))).toBe(false);
    for await (const _ of trainGan({ resume: out, epochs: 5 })) break;
    expect(existsSync(lockIn(out))).toBe(false);
    const failing = trainGan({
      resume: out,
      epochs: 9,
      onProgress: () => {
        throw new Error('of the caller');
      },
    });
    await expect(failing.result).rejects.toThrow('of the caller');
    expect(existsSync(lockIn(out))).toBe(false);
    await trainGan({ resume: out, epochs: 9 }).result;
  });

  test('keeps a second training out, but nobody who reads', async () => {
    const out = join(folder(), 'run');
    const locked = {
      code: 'ERR_LOCKED',
      message: expect.stringContaining('locked by another training in this process'),
    };
    for await (const _ of trainGan({ ...noise, epochs: 3, out })) {
      await expect(trainGan({ resume: out, epochs: 3 }).result).rejects.toMatchObject(locked);
      await expect(trainGan({ ...noise, out }).result).rejects.toMatchObject(locked);
      expect(RunFolder.kindOf(out)).toBe('gan');
    }
    expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  test('that is taken over stops the training before it writes again', async () => {
    const out = join(folder(), 'run');
    const run = trainGan({ ...noise, epochs: 3, out });
    const iterate = async () => {
      for await (const { epoch } of run) if (epoch === 0) writeFileSync(lockIn(out), '{}');
    };
    await expect(iterate()).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    expect(readFileSync(lockIn(out), 'utf8')).toBe('{}');
  });
});

test('a signal that was aborted before the start trains nothing, and leaves a run to resume', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const out = join(folder(), 'run');
  await expect(trainGan({ ...noise, epochs: 2, out, signal }).result).rejects.toThrow('enough');
  expect(existsSync(join(out, 'metrics.jsonl'))).toBe(false);
  expect(existsSync(lockIn(out))).toBe(false);
  const epochs: number[] = [];
  for await (const { epoch } of trainGan({ resume: out })) epochs.push(epoch);
  expect(epochs).toEqual([0, 1]);
  await expect(trainGan({ data: 'mnist', signal }).result).rejects.toThrow('enough');
});

describe('nothing is left of a new run that did not begin', () => {
  test('because its data is not there, or it has a folder that holds something else', async () => {
    const out = join(folder(), 'new', 'run');
    await expect(trainGan({ data: join(folder(), 'nowhere'), out }).result).rejects.toMatchObject({ code: 'ERR_FILE' });
    expect(readdirSync(folder())).toEqual([]);
    writeFileSync(join(folder(), 'notes.txt'), '');
    await expect(trainGan({ data: join(folder(), 'nowhere'), out: folder() }).result).rejects.toBeDefined();
    expect(readdirSync(folder())).toEqual(['notes.txt']);
  });
});

test('a config.json that describes a larger model than there is takes no memory for it', async () => {
  const gan = join(folder(), 'large-gan');
  await trainGan({ data: 'noise', epochs: 1, hidden: 2, threads: 1, out: gan }).result;
  const path = join(gan, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...config, settings: { ...config.settings, hidden: 1e7 } }));
  const message =
    /Expected model.safetensors to have the 8840000000 weights or more that .*config.json describes, but it has \d+ bytes/;
  const refused = expect.objectContaining({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(message) });
  for (const load of [loadGenerator, loadDiscriminator]) expect(() => load(gan)).toThrow(refused);
  await expect(trainGan({ resume: gan, epochs: 2 }).result).rejects.toEqual(refused);
});
