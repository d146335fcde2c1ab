import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { LibtorchGenerativeError } from '../../src/errors';
import type { Module } from '../../src/nn/module';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import type { Progress } from '../../src/training/options';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import type { TrainingRun } from '../../src/training/training-run';
import { useTemporaryFolder } from '../cli/cli';
import { runChild } from '../tensor/children/child';

const root = join(__dirname, '..', '..');
const folder = useTemporaryFolder();
const noise = { data: 'noise', seed: 3, threads: 1 } as const;

/** 20 years of a season, by month. */
function monthlySales(): string {
  const file = join(folder(), 'sales.csv');
  const month = (row: number) => `${2000 + Math.floor(row / 12)}-${String((row % 12) + 1).padStart(2, '0')}`;
  const rows = Array.from({ length: 240 }, (_, row) => `${month(row)},${100 + 10 * Math.sin((row * Math.PI) / 6)}`);
  writeFileSync(file, ['month,sales', ...rows].join('\n'));
  return file;
}

async function trained<Epoch extends { seconds: number }, Result>(run: TrainingRun<Epoch, Result>) {
  const records: Omit<Epoch, 'seconds'>[] = [];
  for await (const { seconds: _, ...record } of run) records.push(record);
  return { records, result: await run.result };
}

function weightsOf(model: Module): unknown[] {
  return Object.entries(model.stateDict()).map(([name, weight]) => [name, weight.shape, weight.toArray()]);
}

/** The number of epochs that a run has completed. */
function epochsIn(run: string): number {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').length;
}

describe('the numbers are those of a training in this thread', () => {
  test('of a GAN, with as many threads as this one', async () => {
    const threads = numThreads();
    setNumThreads(2);
    const options = { data: 'noise', preset: 'recommended', hidden: 64, seed: 3, epochs: 4 } as const;
    const there = await trained(trainGan({ ...options, out: join(folder(), 'there'), worker: true }));
    const here = await trained(trainGan({ ...options, out: join(folder(), 'here') }));
    setNumThreads(threads);
    expect(there.records).toEqual(here.records);
    expect(there.result.settings).toEqual(here.result.settings);
    expect(weightsOf(there.result.generator)).toEqual(weightsOf(here.result.generator));
    expect(weightsOf(there.result.discriminator)).toEqual(weightsOf(here.result.discriminator));
    const [saved, expected] = ['there', 'here'].map((run) => readFileSync(join(folder(), run, 'config.json'), 'utf8'));
    expect(saved).toBe(expected);
  });

  test.each([
    { preset: 'article', hidden: 8, epochs: 3 },
    { epochs: 2, season: 12, calibrate: 3, out: true },
  ] as const)('of an MDN-RNN: %j', async (options) => {
    const base = { data: monthlySales(), column: 'sales', time: 'month', seed: 2, onWarning: () => {}, ...options };
    const out = (run: string) => ({ out: 'out' in options ? join(folder(), run) : undefined });
    const there = await trained(trainMdnRnn({ ...base, ...out('there'), worker: true }));
    const here = await trained(trainMdnRnn({ ...base, ...out('here') }));
    expect(there.records).toEqual(here.records);
    const { model, forecaster, series, settings, evaluation } = there.result;
    expect(weightsOf(model)).toEqual(weightsOf(here.result.model));
    expect({ settings, evaluation }).toEqual({
      settings: here.result.settings,
      evaluation: here.result.evaluation,
    });
    expect(evaluation !== undefined).toBe('out' in options);
    expect(series[0]!.values).toEqual(here.result.series[0]!.values);
    expect([239, 240].map((row) => series[0]!.time!.labelAt(row))).toEqual(['2019-12', '2020-01-01']);
    const paths = { horizon: 3, paths: 10, seed: 1 };
    expect(forecaster.pathsSync(series[0]!, paths)).toEqual(
      here.result.forecaster.pathsSync(here.result.series[0]!, paths),
    );
  });
});

test('it waits after each epoch until a loop asks for the next one', async () => {
  const out = join(folder(), 'run');
  const loop = trainGan({ ...noise, epochs: 100, out, worker: true })[Symbol.asyncIterator]();
  await loop.next();
  await loop.next();
  await setTimeout(200);
  expect(epochsIn(out)).toBe(2);
  await loop.return();
});

test('an abort ends it with the signal’s reason, once its checkpoint is written', async () => {
  const out = join(folder(), 'run');
  const controller = new AbortController();
  const onProgress = ({ epoch }: Progress) => void (epoch === 5 && controller.abort('enough'));
  const { signal } = controller;
  const run = trainGan({ ...noise, epochs: 1e6, out, worker: true, signal, onProgress });
  await expect(run.result).rejects.toBe('enough');
  expect(existsSync(join(out, 'lock.json'))).toBe(false);

  const epochs = epochsIn(out) + 3;
  const { generator } = await trainGan({ resume: out, epochs, worker: true }).result;
  const whole = await trainGan({ ...noise, epochs }).result;
  expect(weightsOf(generator)).toEqual(weightsOf(whole.generator));
});

test('a signal that was aborted before leaves a run to be resumed', async () => {
  const out = join(folder(), 'run');
  const signal = AbortSignal.abort('before');
  await expect(trainGan({ ...noise, epochs: 5, out, worker: true, signal }).result).rejects.toBe('before');
  await trainGan({ resume: out, worker: true }).result;
  expect(epochsIn(out)).toBe(5);
});

test('leaving the loop stops it, and keeps what was trained', async () => {
  const out = join(folder(), 'run');
  const run = trainGan({ ...noise, epochs: 8, out, worker: true });
  for await (const { epoch } of run) if (epoch === 2) break;
  await expect(run.result).rejects.toMatchObject({ name: 'AbortError' });
  expect(epochsIn(out)).toBe(3);
  const { generator } = await trainGan({ resume: out, threads: 1 }).result;
  expect(weightsOf(generator)).toEqual(weightsOf((await trainGan({ ...noise, epochs: 8 }).result).generator));
});

describe('errors', () => {
  test('of options are thrown at once', () => {
    expect(() => trainGan({ epochs: 0, worker: true })).toThrow('for epochs but received 0');
    expect(() => trainGan({ worker: 1 as never })).toThrow('Expected true or false for worker but received 1');
  });

  test('of files come with code, message and cause', async () => {
    const data = join(folder(), 'none.csv');
    const failed = async (worker: boolean) =>
      trainMdnRnn({ data, column: 'x', worker }).result.catch((error) => error as LibtorchGenerativeError);
    const [there, here] = [await failed(true), await failed(false)];
    expect(there).toBeInstanceOf(LibtorchGenerativeError);
    expect(there).toMatchObject({ code: 'ERR_FILE', cause: { code: 'ENOENT' } });
    expect(there).toHaveProperty('message', (here as Error).message);
  });

  test('of a run that another training writes to', async () => {
    const out = join(folder(), 'run');
    const loop = trainGan({ ...noise, epochs: 100, out, worker: true })[Symbol.asyncIterator]();
    await loop.next();
    for (const worker of [true, false]) {
      await expect(trainGan({ resume: out, worker }).result).rejects.toMatchObject({
        code: 'ERR_LOCKED',
        message: expect.stringContaining('by another training in this process'),
      });
    }
    await loop.return();
    await trainGan({ resume: out, epochs: 2 }).result;
  });

  test('of a callback end it', async () => {
    const error = new TypeError('expected by a test');
    const onProgress = () => {
      throw error;
    };
    await expect(trainGan({ ...noise, epochs: 1e6, worker: true, onProgress }).result).rejects.toBe(error);
  });

  test('of a thread that ends before its training', () => {
    expect(runChild('../../training/children/terminated-worker.js')).toEqual({
      midway: {
        code: 'ERR_WORKER',
        message:
          'The worker thread ended before its training, with status 1; continue from its last checkpoint with resume: "/run"',
      },
      waiting: {
        code: 'ERR_WORKER',
        message:
          'The worker thread ended before its training, with status 1; without out there is no checkpoint to continue from',
      },
      epochs: 10,
    });
  });
});

test('callbacks are called in this thread', async () => {
  const file = join(folder(), 'shops.csv');
  const rows = Array.from({ length: 100 }, (_, row) => `a,${Math.sin(row)}`);
  writeFileSync(file, ['shop,sales', ...rows, ',1'].join('\n'));
  const ends: number[] = [];
  const tasks = new Set<string>();
  const warnings: string[] = [];
  const series = { data: file, column: 'sales', series: 'shop', season: 6 };
  await trainMdnRnn({
    ...series,
    epochs: 2,
    calibrate: 2,
    worker: true,
    onProgress: ({ epoch, batch, batches }) => void (batch === batches && ends.push(epoch)),
    onWork: ({ task }) => tasks.add(task),
    onWarning: (message) => warnings.push(message),
  }).result;
  expect(ends).toEqual([0, 1]);
  expect(tasks).toContain('calibrate');
  expect(warnings[0]).toBe(`${file}: 1 row without a name in column "shop" is left out`);
});

describe('the process', () => {
  const child = join(__dirname, 'children', 'exit-beside-worker.js');
  const end = (out: string, how: string) =>
    spawnSync(process.execPath, [child, out, how], { encoding: 'utf8', timeout: 60_000 });

  test('can end while it trains, and the run be resumed', async () => {
    const out = join(folder(), 'run');
    expect(end(out, 'exit')).toMatchObject({ status: 3, signal: null, stderr: '' });
    const { generator } = await trainGan({ resume: out, epochs: 8, worker: true }).result;
    expect(weightsOf(generator)).toEqual(weightsOf((await trainGan({ ...noise, epochs: 8 }).result).generator));
  });

  test('is not kept alive while it waits for a loop', () => {
    expect(end(join(folder(), 'run'), 'wait')).toMatchObject({ status: 0, signal: null, stderr: '' });
  });
});

test.each([
  ['an ES module', 'train.mjs', [], `import { trainGan } from '${join(root, 'lib', 'index.mjs')}';`],
  ['CommonJS', 'train.cjs', [], `const { trainGan } = require('${join(root, 'lib')}');`],
  ['tsx', 'train.ts', ['--import', 'tsx'], `import { trainGan } from '${join(root, 'lib', 'index.js')}';`],
])('it runs from %s', (_, name, nodeOptions, importing) => {
  const script = join(folder(), name);
  const train = `trainGan({ data: 'noise', epochs: 2, worker: true }).result`;
  writeFileSync(script, `${importing}\n${train}.then(({ generator }) => console.log(generator.dataDim));`);
  expect(execFileSync(process.execPath, [...nodeOptions, script], { cwd: root, encoding: 'utf8' })).toBe('784\n');
});

describe('a bundle', () => {
  /** What a program prints once it is bundled and moved away from the package. */
  function printed(external: string[]): string {
    const [program, bundle] = [join(folder(), 'program.js'), join(folder(), 'dist', 'bundle.cjs')];
    const train = "trainGan({ data: 'noise', epochs: 2, worker: true }).result";
    const tell = '({ generator }) => console.log(generator.dataDim), ({ code, message }) => console.log(code, message)';
    writeFileSync(program, `import { trainGan } from '${join(root, 'lib', 'index.js')}';\n${train}.then(${tell});`);
    buildSync({ entryPoints: [program], bundle: true, platform: 'node', outfile: bundle, external, logLevel: 'error' });
    return execFileSync(process.execPath, [bundle], { cwd: root, encoding: 'utf8' });
  }

  test('that leaves the package outside runs it', () => {
    expect(printed([join(root, 'lib', 'index.js')])).toBe('784\n');
  });

  test('that contains the package is told to leave it outside', () => {
    writeFileSync(join(folder(), 'package.json'), '{ "name": "service", "version": "1.0.0" }');
    expect(printed([])).toMatch(/^ERR_FILE .*a bundle must leave it outside/);
  });
});
