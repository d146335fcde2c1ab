import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { StateDict } from '../../src/nn/state-dict';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { loadDiscriminator, loadForecaster, loadGenerator } from '../../src/training/load-run';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, useTemporaryFolder } from '../cli/cli';
import { rejectionOf } from '../error-of';

const folder = useTemporaryFolder();
const at = (name: string) => join(folder(), name);

const valuesOf = (state: StateDict) =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.toArray()]));
const weightsIn = (run: string, file = 'model') => valuesOf(readSafetensors(join(run, `${file}.safetensors`)).tensors);
const configOf = (run: string) => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));

/** A rate at which no weight changes: 1 − 1e-30 is 1. */
const still = { lr: 1e-30, epochs: 1, threads: 1 } as const;

describe('a GAN', () => {
  const small = { data: 'noise', hidden: 6, threads: 1 } as const;
  const first = async (options: object = {}) => {
    await trainGan({ ...small, epochs: 4, lr: 0.01, seed: 3, ...options, out: at('first') }).result;
    return at('first');
  };

  test('starts from both nets of a run, with other settings and new random numbers', async () => {
    const init = await first({ emaDecay: 0.5 });
    const out = at('second');
    mkdirSync(out);
    writeFileSync(join(out, 'checkpoint.safetensors'), 'left by someone');
    await trainGan({ ...small, ...still, seed: 9, loss: 'hinge', init, out }).result;
    expect(weightsIn(out)).toEqual(weightsIn(init)); // the average, which the run draws with
    expect(weightsIn(out, 'discriminator')).toEqual(weightsIn(init, 'discriminator'));
    expect(configOf(out).settings).toMatchObject({ init, loss: 'hinge', seed: 9 });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(init);
    expect(valuesOf(loadGenerator(out).generator.stateDict())).toEqual(weightsIn(out));
    expect(valuesOf(loadDiscriminator(out).stateDict())).toEqual(weightsIn(out, 'discriminator'));
  });

  test('draws the noise that it would draw without, and its optimizer is new', async () => {
    const init = await first();
    const { tensors } = readSafetensors(join(init, 'checkpoint.safetensors'));
    await trainGan({ ...small, epochs: 1, init, out: at('second') }).result;
    await trainGan({ ...small, epochs: 1, out: at('alone') }).result;
    const [second, alone] = ['second', 'alone'].map((run) => readSafetensors(join(at(run), 'checkpoint.safetensors')));
    expect(second!.tensors['random.state']!.equal(alone!.tensors['random.state']!)).toBe(true);
    expect(second!.tensors['optimizerG.state.0.step']!.item()).toBe(1);
    expect(tensors['optimizerG.state.0.step']!.item()).toBe(4);
  });

  test('with an average starts the average there too', async () => {
    const init = await first();
    await trainGan({ ...small, ...still, emaDecay: 0.9, init, out: at('second') }).result;
    expect(weightsIn(at('second'))).toEqual(weightsIn(init));
  });

  test('starts a DCGAN with its running statistics', async () => {
    const data = at('images.idx');
    const pixels = Uint8Array.from({ length: 8 * 256 }, (_, i) => (i * i) % 251);
    writeFileSync(data, Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0, 0, 16]), pixels]));
    const dcgan = { data, net: 'dcgan', filters: 4, batchSize: 4, emaDecay: 0 } as const;
    const init = await first({ ...dcgan, epochs: 1 });
    const message = (options: object) =>
      trainGan({ ...dcgan, ...options, init }).result.catch(({ message }) => message);
    expect(await message({ filters: 2 })).toMatch(
      / main\.0\.weight has shape \[100, 8, 4, 4\] there, but \[100, 4, 4, 4\] here\. It requires filters: 4\.$/,
    );
    expect(await message({ net: 'mlp' })).toMatch(/it was trained with net: "dcgan", which has to be set here too/);
    const { generator } = await trainGan({ ...dcgan, ...still, init }).result;
    const [loaded, was] = [generator.stateDict(), readSafetensors(join(init, 'model.safetensors')).tensors];
    expect(loaded['main.0.weight']!.equal(was['main.0.weight']!)).toBe(true);
    expect(loaded['main.1.num_batches_tracked']!.item()).toBe(was['main.1.num_batches_tracked']!.item() + 2);
  });

  test('takes a file of the generator’s weights, as PyTorch’s wrappers name them, in half precision', async () => {
    const { tensors } = readSafetensors(join(await first(), 'model.safetensors'));
    const halves = Object.entries(tensors).map(([name, value]) => [`module.${name}`, value.to('float16')] as const);
    writeSafetensors(at('g.safetensors'), Object.fromEntries(halves), { metadata: { format: 'pt' } });
    const started = await trainGan({ ...small, ...still, init: at('g.safetensors'), worker: true }).result;
    const expected = halves.map(([name, value]) => [name.slice(7), Float32Array.from(value.to('float32').toArray())]);
    expect(valuesOf(started.generator.stateDict())).toEqual(Object.fromEntries(expected));
    const alone = await trainGan({ ...small, ...still }).result;
    expect(valuesOf(started.discriminator.stateDict())).toEqual(valuesOf(alone.discriminator.stateDict()));
  });

  test('is refused before it begins, with the shapes and the option', async () => {
    const init = await first();
    const refused = { ...small, epochs: 1, init, out: at('refused') };
    await expect(trainGan({ ...refused, hidden: 8 }).result).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: `Cannot start from ${init}: model.0.weight has shape [6, 100] there, but [8, 100] here. It requires hidden: 6.`,
    });
    const file = join(init, 'model.safetensors');
    const small4 = trainGan({ ...refused, init: file, hidden: 4, worker: true }).result;
    expect((await rejectionOf(small4)).message).toMatch(
      /model\.safetensors: model\.0\.weight has shape \[6, 100\] there, .* hidden: 6\.$/,
    );
    const data = at('wide.idx');
    writeFileSync(
      data,
      Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 3]), Buffer.alloc(48)]),
    );
    expect((await rejectionOf(trainGan({ ...refused, data }).result)).message).toBe(
      `Cannot start from ${init}: it was trained on images of 28 x 28 pixels in gray, but these are of 3 x 2 pixels in gray. It requires resolution: 28.`,
    );
    expect((await rejectionOf(trainGan({ ...refused, init: file, data }).result)).message).toMatch(
      /model\.2\.weight has shape \[784, 6\] there, but \[6, 6\] here\. The images must have the size of those/,
    );
    const discriminator = trainGan({ ...refused, init: join(init, 'discriminator.safetensors') }).result;
    expect((await rejectionOf(discriminator)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(() => readFileSync(join(at('refused'), 'config.json'))).toThrow();
  });

  test('is refused for images in other colors that have as many values', async () => {
    const init = await first();
    mkdirSync(at('pictures'));
    const picture = new PNG({ width: 14, height: 14 });
    for (const name of ['a', 'b']) writeFileSync(join(at('pictures'), `${name}.png`), PNG.sync.write(picture));
    const options = { ...small, data: at('pictures'), color: 'rgba', epochs: 1, init } as const; // 4 · 14 · 14 = 28 · 28
    expect((await rejectionOf(trainGan(options).result)).message).toMatch(
      /28 x 28 pixels in gray, but these are of 14 x 14 pixels in rgba\. It requires resolution: 28\.$/,
    );
  });

  test.each<[string, (init: string) => string, string, RegExp]>([
    [
      'a checkpoint',
      (init) => join(init, 'checkpoint.safetensors'),
      'ERR_CHECKPOINT',
      /checkpoint of a run: use its run folder/,
    ],
    ['no run', () => at('nowhere'), 'ERR_FILE', /nowhere/],
    ['no file', () => at('no.safetensors'), 'ERR_FILE', /no\.safetensors/],
    [
      'a pickle',
      () => {
        writeFileSync(at('net.pt'), 'PK');
        return at('net.pt');
      },
      'ERR_CHECKPOINT',
      /Expected a run folder or a \.safetensors file for init but received .*net\.pt\. Write a state dict with safetensors\.torch/,
    ],
  ])('%s is named', async (_, place, code, message) => {
    const init = place(await first());
    const error = await rejectionOf(trainGan({ ...small, epochs: 1, init, out: at('out') }).result);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('killed before its first checkpoint starts again from there; later the run is not needed', async () => {
    const init = await first();
    const whole = { ...small, epochs: 2, lr: 0.01, init };
    await trainGan({ ...whole, out: at('whole') }).result;
    const out = at('killed');
    await trainGan({ ...whole, out }).result;
    for (const name of ['checkpoint.safetensors', 'model.safetensors', 'metrics.jsonl']) rmSync(join(out, name));
    await trainGan({ resume: out }).result;
    expect(weightsIn(out)).toEqual(weightsIn(at('whole')));
    rmSync(init, { recursive: true });
    await trainGan({ resume: out, epochs: 3 }).result;
    expect(configOf(out).settings).toMatchObject({ epochs: 3, init });
  });
});

describe('an MDN-RNN', () => {
  const article = { data: co2, column: 'CO2', preset: 'article', hidden: 4, mixtures: 2, threads: 1 } as const;

  /** A season, with columns that may explain it. */
  function series(name: string, length: number, columns: Record<string, (row: number) => unknown> = {}): string {
    const row = (step: number) => [
      100 + 10 * Math.sin(step / 2) + Math.cos(step * step),
      ...Object.values(columns).map((each) => each(step)),
    ];
    mkdirSync(folder(), { recursive: true });
    writeFileSync(
      at(name),
      [['y', ...Object.keys(columns)], ...Array.from({ length }, (_, step) => row(step))].join('\n'),
    );
    return at(name);
  }
  async function warningsOf(options: Partial<TrainMdnRnnOptions>) {
    const warnings: string[] = [];
    const result = await trainMdnRnn({ ...options, onWarning: (each) => warnings.push(each) } as TrainMdnRnnOptions)
      .result;
    return { ...result, warnings };
  }
  const recommended = { column: 'y', select: false, epochs: 1, threads: 1 } as const;

  test('of the article starts from a run of it, also in a worker, and sees new data by its own scale', async () => {
    const init = at('first');
    await trainMdnRnn({ ...article, epochs: 1, out: init, onWarning: () => {} }).result;
    const data = series('other.csv', 200);
    for (const worker of [false, true]) {
      const { model, settings } = await trainMdnRnn({ ...article, ...still, data, column: 'y', init, worker }).result;
      expect(valuesOf(model.stateDict())).toEqual(weightsIn(init));
      expect(settings).toMatchObject({ init, start: 'init' });
      expect(settings.encodings).not.toEqual(loadForecaster(init).settings.encodings);
    }
    const refusal = (options: object) => rejectionOf(trainMdnRnn({ ...article, epochs: 1, init, ...options }).result);
    expect((await refusal({ hidden: 5 })).message).toBe(
      `Cannot start from ${init}: rnn.weight_ih_l0 has shape [12, 1] there, but [15, 1] here. It requires hidden: 4.`,
    );
    expect((await refusal({ mixtures: 3 })).message).toMatch(
      /fc\.weight has shape \[6, 4\] there, but \[9, 4\] here. It requires mixtures: 2\.$/,
    );
    expect((await refusal({ inputs: 'smoothing' })).message).toMatch(
      /it was trained with inputs: "window", which has to be set here too/,
    );
    writeFileSync(at('holes.csv'), readFileSync(data, 'utf8').replace(/\n[^\n]*\n/, '\n\n'));
    expect((await refusal({ data: at('holes.csv'), column: 'y' })).message).toMatch(
      /The inputs differ: use the same covariates and calendar, and missing values in both/,
    );
  });

  test('of the recommended preset goes on from a run, whose best weights it may keep, and its width', async () => {
    const init = at('first');
    const data = series('first.csv', 120);
    await warningsOf({ ...recommended, data, out: init });
    const next = { ...recommended, data: series('next.csv', 150), init, out: at('next') };
    const { settings, model, warnings } = await warningsOf({ ...next, ...still });
    expect(valuesOf(model.stateDict())).toEqual(weightsIn(init)); // no mean with the net in the package
    expect(settings).toMatchObject({ start: 'init', spread: [1.1], patience: 5, hidden: 192 });
    expect(warnings.filter((each) => each.includes(init))).toEqual([]);
    await trainMdnRnn({ resume: at('next'), epochs: 2, onWarning: () => {} }).result;
    expect(configOf(at('next')).settings.spread).toEqual([1.1]);
    expect((await loadForecaster(at('next')).forecaster.next({ values: [1, 2, 3] })).quantiles([0.5])).toHaveLength(1);
  });

  test('is told of inputs that mean something else, and of what it has seen', async () => {
    const init = at('first');
    const columns = { price: (row: number) => row % 7, sun: (row: number) => ['yes', 'no'][row % 2] };
    const data = series('first.csv', 120, columns);
    await warningsOf({ ...recommended, data, covariates: ['price', 'sun'], calibrate: 2, validation: 0.1, out: init });
    const about = async (options: Partial<TrainMdnRnnOptions>) =>
      (
        await warningsOf({
          ...recommended,
          ...still,
          data,
          covariates: ['price', 'sun'],
          init,
          calibrate: 2,
          validation: 0.1,
          ...options,
        })
      ).warnings.filter((each) => each.includes(init));
    expect(await about({})).toEqual([]);
    expect(await about({ covariates: ['sun', 'price'] })).toEqual([
      `${init} was trained with inputs "price", "sun", not "sun", "price": its weights may mislead at first`,
    ]);
    expect(await about({ calibrate: undefined, validation: 0.3 })).toEqual([
      expect.stringMatching(/was trained on a part of what is held out here, so scores are too good/),
      expect.stringMatching(/was calibrated, but its calibration does not hold for other data: calibrate again$/),
    ]);
    const other = series('other.csv', 120, { ...columns, sun: (row) => ['yes', 'rain'][row % 2] });
    expect(await about({ data: other })).toEqual([
      expect.stringMatching(/with words in covariates "no", "yes", not "rain", "yes"/),
    ]);
    expect(await about({ link: 'log' })).toEqual([expect.stringMatching(/with links "identity", not "log"/)]);

    const onWork = jest.fn();
    const fewer = trainMdnRnn({ ...recommended, select: true, data, covariates: ['price'], init, onWork });
    expect((await rejectionOf(fewer.result)).message).toMatch(
      /rnn\.weight_ih_l0 has shape \[576, (\d+)\] there, but \[576, (?!\1)\d+\] here\. The inputs differ: use the same covariates and calendar\.$/,
    );
    expect(onWork).not.toHaveBeenCalled(); // before the long choice of an encoding
  });

  test('takes a file of its weights, as Hugging Face’s checkpoints name them, in bfloat16', async () => {
    const init = at('first');
    await trainMdnRnn({ ...article, epochs: 1, out: init, onWarning: () => {} }).result;
    const { tensors } = readSafetensors(join(init, 'model.safetensors'));
    const halves = Object.entries(tensors).map(([name, value]) => [`model.${name}`, value.to('bfloat16')] as const);
    writeSafetensors(at('hf.safetensors'), Object.fromEntries(halves));
    const { model } = await trainMdnRnn({ ...article, ...still, init: at('hf.safetensors') }).result;
    const expected = halves.map(([name, value]) => [name.slice(6), Float32Array.from(value.to('float32').toArray())]);
    expect(valuesOf(model.stateDict())).toEqual(Object.fromEntries(expected));
    // A run folder understands such a file too.
    rmSync(join(init, 'checkpoint.safetensors'));
    writeSafetensors(join(init, 'model.safetensors'), Object.fromEntries(halves));
    expect(loadForecaster(init).forecaster.model.stateDict()['fc.bias']!.dtype).toBe('float32');
  });
});
