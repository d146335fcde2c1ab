import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor } from '../../src/tensor/creation';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { loadDiscriminator, loadForecaster, loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();
const model = (name = 'model') => join(folder(), 'run', `${name}.safetensors`);
const numbers = (run = join(folder(), 'run')) =>
  loadGenerator(run)
    .generator.parameters()
    .map((parameter) => Buffer.from(parameter.toArray().buffer as ArrayBuffer));

async function train(): Promise<void> {
  await trainGan({ data: 'noise', epochs: 1, hidden: 4, out: join(folder(), 'run') }).result;
}

test('each flipped bit is refused, or harmless', async () => {
  await train();
  const whole = readFileSync(model());
  const expected = numbers();
  const headerLength = Number(whole.readBigUInt64LE());
  const header = Array.from({ length: 8 + headerLength }, (_, place) => place);
  const data = Array.from(
    { length: 40 },
    (_, i) => 8 + headerLength + Math.floor((i / 39) * (whole.length - headerLength - 9)),
  );
  let numRefused = 0;
  for (const place of [...header, ...data]) {
    const bit = place < 8 ? [0, 1, 2, 3, 4, 5, 6, 7] : [place % 8];
    for (const each of bit) {
      const flipped = Buffer.from(whole);
      flipped[place]! ^= 1 << each;
      writeFileSync(model(), flipped);
      try {
        expect({ place, each, numbers: numbers() }).toEqual({ place, each, numbers: expected });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringContaining(model()) });
        numRefused++;
      }
    }
  }
  expect(numRefused).toBeGreaterThan(header.length); // but for some of the checksum's own name, all
});

test('a flipped bit of a weight is named', async () => {
  await train();
  for (const [name, load] of [
    ['model', loadGenerator],
    ['discriminator', loadDiscriminator],
  ] as const) {
    const bytes = readFileSync(model(name));
    bytes[bytes.length - 2]! ^= 4;
    writeFileSync(model(name), bytes);
    expect(errorOf(() => load(join(folder(), 'run')))).toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: `Cannot load ${model(name)}: it is corrupt: its content does not match its checksum`,
    });
  }
});

describe('weights that somebody else has put there, without a checksum', () => {
  const replace = (change: (values: Float32Array) => void) => {
    const { tensors } = readSafetensors(model());
    const name = 'model.0.weight';
    const values = tensors[name]!.toArray() as Float32Array;
    change(values);
    writeSafetensors(model(), { ...tensors, [name]: tensor(values, { shape: tensors[name]!.shape }) });
  };

  test('are loaded', async () => {
    await train();
    replace((values) => values.fill(0.5));
    const [weight] = loadGenerator(join(folder(), 'run')).generator.parameters();
    expect(new Set(weight!.toArray() as Float32Array)).toEqual(new Set([0.5]));
  });

  test.each([
    [[Number.NaN], '1 value that is'],
    [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], '3 values that are'],
  ])('with %j are refused by name', async (bad, count) => {
    await train();
    replace((values) => values.set(bad, 5));
    expect(errorOf(() => loadGenerator(join(folder(), 'run')))).toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: `Cannot load ${model()}: model.0.weight has ${count} NaN or infinite`,
    });
  });
});

test('the MDN-RNN’s too', async () => {
  await trainMdnRnn({ data: co2, column: 'CO2', preset: 'article', epochs: 1, hidden: 4, out: join(folder(), 'run') })
    .result;
  loadForecaster(join(folder(), 'run'));
  const bytes = readFileSync(model());
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(model(), bytes);
  expect(() => loadForecaster(join(folder(), 'run'))).toThrow('it is corrupt');
});
