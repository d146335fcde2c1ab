import { type ImageSet, readImages } from '../../src/data/images';
import { findMnist, readMnistLabels } from '../../src/data/mnist';
import { digitClassifier } from '../../src/evaluation/digit-classifier-cache';
import type { Generator } from '../../src/models/generator';
import { tensor } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, rand } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { CollapseWatch } from '../../src/training/collapse-watch';
import { type GanEpoch, trainGan } from '../../src/training/train-gan';

let real: ImageSet;
beforeAll(async () => {
  setNumThreads(1); // more slow each other down where tests run side by side
  real = await readImages('mnist');
});
const labels = readMnistLabels(findMnist()).data;

/** A generator without weights. */
function generating(generate: (noise: Tensor) => Tensor): Generator {
  return { generate, labels: () => undefined } as unknown as Generator;
}

/** Draws the first 250 real images of some digits, whatever the noise. */
function drawing(...digits: number[]): Generator {
  const chosen = [...labels.keys()].filter((index) => digits.includes(labels[index]!)).slice(0, 250);
  const pixels = chosen.flatMap((index) => [...real.images.subarray(index * 784, (index + 1) * 784)]);
  const samples = tensor(Uint8Array.from(pixels), { shape: [250, 784], dtype: 'float32' })
    .div(127.5)
    .sub(1);
  return generating(() => samples.clone());
}

const STEPS_OF_EPOCH = 468;
const OLD = { steps: 10 * STEPS_OF_EPOCH, stepsOfEpoch: STEPS_OF_EPOCH, isLast: false };

describe('with the classifier of digits', () => {
  let watch: CollapseWatch;
  beforeAll(() => {
    watch = new CollapseWatch(real, { noiseDim: 100, device: 'cpu', classifier: digitClassifier() });
  });
  afterAll(() => watch.dispose());

  test('all digits are healthy', () => {
    const { diversity, digits, problem } = watch.look(drawing(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), OLD)!;
    expect(diversity).toBeCloseTo(1, 5);
    expect(digits!.every((count) => count > 10)).toBe(true);
    expect(problem).toBeUndefined();
  });

  test('a few digits are a collapse, once the training is past its beginning', () => {
    const { diversity, problem } = watch.look(drawing(3, 5), OLD)!;
    expect(diversity).toBeGreaterThan(0.5);
    expect(problem).toBe('the generator has collapsed: it draws almost only the digits 3, 5');
    expect(watch.look(drawing(3, 5), { ...OLD, steps: STEPS_OF_EPOCH })!.problem).toBeUndefined();
  });
});

test('short epochs are looked at once in a hundred steps, other images without digits', () => {
  const few = { images: real.images.subarray(0, 30 * 784), count: 30, channels: 1, height: 28, width: 28 } as const;
  const before = memory().tensors;
  const watch = new CollapseWatch(few, { noiseDim: 7, device: 'cpu' });
  const random = getGeneratorState();
  const same = generating((noise) => noise.mul(0).sum(1, { keepdim: true }).expand(-1, 784));
  const looks = Array.from({ length: 60 }, (_, epoch) =>
    watch.look(same, { steps: 7 * (epoch + 1), stepsOfEpoch: 7, isLast: false }),
  );
  expect(looks.filter(Boolean)).toEqual(
    Array(4).fill({ diversity: expect.closeTo(0, 2), problem: expect.stringMatching(/nearly identical/) }),
  );
  expect(looks[14]).toBeDefined(); // the one with step 100
  expect(watch.look(same, { steps: 8, stepsOfEpoch: 1, isLast: true })).toBeDefined();
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));
  watch.dispose();
  expect(memory().tensors).toBe(before);
});

test('static at the end of a training is a problem, in its first epochs not yet', () => {
  const watch = new CollapseWatch(real, { noiseDim: 7, device: 'cpu' });
  const noisy = generating(() => rand([250, 784]).mul(2).sub(1));
  const young = { steps: 468, stepsOfEpoch: 468 };
  expect(watch.look(noisy, { ...young, isLast: false })!.problem).toBeUndefined();
  expect(watch.look(noisy, { ...young, isLast: true })!.problem).toMatch(/^the samples look like static/);
  expect(watch.look(noisy, OLD)!.problem).toMatch(/static/);
  expect(watch.look(drawing(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), { ...young, isLast: true })!.problem).toBeUndefined();
  watch.dispose();
});

async function train(options: object): Promise<GanEpoch[]> {
  const records: GanEpoch[] = [];
  for await (const record of trainGan({ data: 'mnist', threads: 1, ...options })) records.push(record);
  return records;
}

test('a training that goes wrong raises the alarm', async () => {
  const records = await train({ preset: 'article', lr: 0.02, epochs: 2 });
  expect(records.at(-1)).toMatchObject({
    diversity: expect.any(Number),
    problem: expect.stringMatching(/^one network has won.*; the generator has collapsed: .* nearly identical/),
  });
});

test('a healthy one does not, from its first epoch on', async () => {
  const records = await train({ hidden: 128, epochs: 3 });
  expect(records.map(({ problem }) => problem)).toEqual(Array(3).fill(undefined));
  expect(records.at(-1)!.diversity).toBeGreaterThan(0.3);
});
