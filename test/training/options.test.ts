import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../../src/errors';
import type { OptionTable } from '../../src/option';
import { GAN_OPTIONS } from '../../src/training/gan-options';
import { resolveGanSettings } from '../../src/training/gan-settings';
import { loadForecaster, loadGenerator } from '../../src/training/load-run';
import { MDN_RNN_OPTIONS } from '../../src/training/mdn-rnn-options';
import { resolveMdnRnnSettings } from '../../src/training/mdn-rnn-settings';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();
const workingFolder = process.cwd();
beforeEach(() => process.chdir(folder()));
afterEach(() => process.chdir(workingFolder));

/** As plain JavaScript calls them. */
const trainings: Record<string, { train: (options?: unknown) => unknown; table: OptionTable<object>; base: object }> = {
  trainGan: { train: trainGan as never, table: GAN_OPTIONS, base: {} },
  trainMdnRnn: { train: trainMdnRnn as never, table: MDN_RNN_OPTIONS, base: { data: 'no.csv', column: 'x' } },
};

/** The error that is thrown at once, before any file is touched. */
function refusal(train: (options?: unknown) => unknown, options?: unknown): LibtorchGenerativeError {
  try {
    train(options);
  } catch (error) {
    expect(error).toBeInstanceOf(LibtorchGenerativeError);
    expect(readdirSync(folder())).toEqual([]);
    return error as LibtorchGenerativeError;
  }
  throw new Error('was not refused');
}

const throwing = () => {
  throw new TypeError('a trap');
};
const hostile = new Proxy(
  {},
  { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing, getOwnPropertyDescriptor: throwing },
);
const hostileArray = new Proxy(['a'], { get: throwing });
const revoked = Proxy.revocable([], {});
revoked.revoke();

const never = [null, Symbol('x'), 10n, hostile, hostileArray, revoked.proxy, new Date(0), new Map(), {}];
const odd: Record<string, unknown[]> = {
  number: [...never, '1', NaN, Infinity, -Infinity, true, [1], () => 1],
  name: [...never, '', 5, true, ['a', 'b'], () => 'a'],
  names: [...never, 'a', [''], [undefined], [1], Array(2), new Array(4e9)],
  switch: [...never, 'true', 1, 0, ''],
  callback: [...never, 'log', 1, []],
};
odd.path = [...odd.name!, 'a\0b'];
odd.column = odd.names!.filter((value) => value !== 'a').concat('');
const options: Record<string, string[]> = {
  name: [
    ...['preset', 'loss', 'series', 'time', 'delimiter', 'decimal', 'gaps', 'frequency', 'dateFormat', 'timeZone'],
    ...['inputs', 'start', 'scale', 'link', 'difference', 'device', 'net', 'color'],
  ],
  path: ['data', 'out', 'resume', 'init'],
  names: ['covariates', 'staticCovariates', 'pastCovariates', 'calendar'],
  column: ['column'],
  switch: ['asWritten', 'exact', 'select', 'mirror', 'conditional', 'keepBest', 'tensorboard', 'worker'],
  callback: ['signal', 'onProgress', 'onWork', 'onWarning'],
};
const kindOf = (option: string) => Object.keys(options).find((kind) => options[kind]!.includes(option)) ?? 'number';

for (const [name, { train, table, base }] of Object.entries(trainings)) {
  test.each(Object.keys(table))(`${name}: %s takes nothing odd, and is named`, (option) => {
    for (const value of odd[kindOf(option)]!) {
      const { code, message } = refusal(train, { ...base, [option]: value });
      expect(code).toBe('ERR_INVALID_ARGUMENT');
      expect(message).toMatch(new RegExp(`^Expected .* for ${option}(\\[0\\])? but received `));
      expect(message).not.toContain('--');
    }
  });

  test(`${name} refuses what are no options`, () => {
    for (const options of [null, 5, 'noise', [], new Float64Array(2), hostile, () => {}]) {
      expect(refusal(train, options).message).toMatch(/^Expected .* for options but received /);
    }
    expect(refusal(train, { ...base, epocs: 3 }).message).toBe('Unknown option "epocs". Did you mean "epochs"?');
    expect(refusal(train, { ...base, clip_norm: 3 }).message).toMatch('Did you mean "clipNorm"?');
    const options = Object.defineProperty({ ...base }, 'lr', { get: throwing, enumerable: true });
    expect(refusal(train, options).message).toBe(
      'Expected an object whose properties can be read for options.lr but received a TypeError',
    );
  });

  test(`${name}: an option that is undefined is as if absent`, () => {
    const absent = Object.fromEntries(Object.keys(table).map((option) => [option, undefined]));
    const resolve = (name === 'trainGan' ? resolveGanSettings : resolveMdnRnnSettings) as (options: object) => object;
    expect(resolve({ ...absent, ...base })).toEqual(resolve(base));
  });

  test(`${name} refuses what no machine can hold, with its size`, () => {
    const { message } = refusal(train, { ...base, hidden: 1e9 });
    expect(message).toMatch(
      /^hidden: 1000000000 needs at least [\d.e+]+ GiB of memory, but the limit is [\d.]+ GiB\.$/,
    );
    train({ ...base, epochs: 1e15 });
  });
}

test('what belongs together is named as a program names it', () => {
  const series = { data: 'no.csv', column: 'x' };
  expect(refusal(trainings.trainMdnRnn!.train).message).toBe('data is required: a CSV file.');
  const train = trainings.trainMdnRnn!.train;
  expect(refusal(train, { data: 'no.csv' }).message).toBe('column is required: the column to forecast, or several.');
  expect(refusal(train, { data: 'no.csv', column: [] }).message).toMatch('column is required');
  expect(refusal(train, { ...series, validation: 0, lrPatience: 2 }).message).toBe(
    'lrPatience requires validation > 0.',
  );
  expect(refusal(train, { ...series, calendar: ['hour'] }).message).toMatch(/^calendar requires time,/);
  expect(refusal(trainings.trainGan!.train, { out: 'a', resume: 'b' }).message).toMatch(
    /^Cannot set out when resuming/,
  );
  expect(refusal(trainings.trainGan!.train, { init: 'a', resume: 'b' }).message).toBe(
    'Cannot use init when resuming: the run continues with the weights of b.',
  );
  expect(refusal(train, { ...series, init: '/a', start: 'random' }).message).toBe(
    'Cannot use start with init: the weights start as those of /a.',
  );
  expect(refusal(trainings.trainGan!.train, { batchSize: 1e12 }).message).toMatch(/^batchSize: 1000000000000 needs/);
});

test('a list that the caller changes later is the one that was given', () => {
  const covariates = ['a'];
  const settings = resolveMdnRnnSettings({ data: 'no.csv', column: 'x', covariates });
  covariates.push('b');
  expect(settings.covariates).toEqual(['a']);
});

describe('a config.json that was edited', () => {
  const edit = (change: (config: { settings: Record<string, unknown>; threads: unknown }) => void) => {
    const file = join('run', 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    change(config);
    writeFileSync(file, JSON.stringify(config));
  };

  test.each<[string, unknown, RegExp]>([
    ['hidden', 'x', /Expected a whole number of at least 1 for hidden but received "x"/],
    ['hidden', undefined, /for hidden but received undefined/],
    ['loss', 'wgan', /for loss but received "wgan"/],
    ['height', -28, /for height but received -28/],
    ['clipNorm', 'none', /for clipNorm but received "none"/],
    ['hiden', 5, /Unknown name in settings: "hiden"\. Did you mean "hidden"\?/],
  ])('%s: %j is refused by file and name', async (name, value, message) => {
    await trainGan({ data: 'noise', epochs: 1, hidden: 4, out: 'run' }).result;
    loadGenerator('run').generator.dispose();
    edit(({ settings }) => {
      settings[name] = value;
    });
    const expected = { code: 'ERR_CHECKPOINT', message: expect.stringMatching(message) };
    expect(() => loadGenerator('run')).toThrow(expect.objectContaining(expected));
    expect(() => loadGenerator('run')).toThrow(/^Cannot load run\/config\.json: /);
    await expect(trainGan({ resume: 'run' }).result).rejects.toMatchObject(expected);
  });

  test('of an MDN-RNN, and where it is trained', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => Math.sin(row));
    writeFileSync('wave.csv', ['x', ...rows].join('\n'));
    await trainMdnRnn({ data: 'wave.csv', column: 'x', preset: 'article', hidden: 4, epochs: 1, out: 'run' }).result;
    loadForecaster('run').forecaster.model.dispose();
    edit((config) => {
      config.threads = 'many';
    });
    const refused = { code: 'ERR_CHECKPOINT', message: expect.stringMatching(/config\.json.* for threads but/) };
    await expect(trainMdnRnn({ resume: 'run' }).result).rejects.toMatchObject(refused);
    edit(({ settings }) => {
      settings.encodings = [5];
    });
    expect(() => loadForecaster('run')).toThrow(
      /^Cannot load run\/config\.json: .* for encodings\[0\] but received 5$/,
    );
    expect(existsSync('run/config.json')).toBe(true);
  });
});
