import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '../../src/tensor/scope';
import { loadForecaster } from '../../src/training/load-run';
import { type MdnRnnEpoch, trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2 } from '../cli/cli';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// With a global scale the series' end lies outside what was trained on: the validation loss soon rises.
const options = { data: co2, column: 'CO2', preset: 'article', seed: 3, hidden: 8, threads: 1 } as const;

async function train(extra: Partial<Parameters<typeof trainMdnRnn>[0]>) {
  const run = trainMdnRnn({ ...options, ...extra });
  const epochs: MdnRnnEpoch[] = [];
  for await (const record of run) epochs.push(record);
  return { epochs, ...(await run.result) };
}

const bestEpoch = (epochs: MdnRnnEpoch[]) =>
  epochs.reduce(
    (best, { validationLoss }, epoch) => (validationLoss! < epochs[best]!.validationLoss! ? epoch : best),
    0,
  );

test('training stops when the validation loss was not bettered for so long, and keeps the best epoch’s weights', async () => {
  const before = memory().tensors;
  const { epochs, model } = await train({ epochs: 60, patience: 4, out: join(folder, 'stopped') });
  // The collector may meanwhile free what other tests in this process left.
  expect(memory().tensors - before).toBeLessThanOrEqual(model.parameters().length);
  const best = bestEpoch(epochs);
  expect(epochs).toHaveLength(best + 1 + 4);
  expect(epochs.length).toBeLessThan(60);

  const { model: atBest } = await train({ epochs: best + 1 });
  const { forecaster } = loadForecaster(join(folder, 'stopped'));
  for (const [name, weight] of Object.entries(atBest.stateDict())) {
    expect(model.stateDict()[name]!.equal(weight)).toBe(true);
    expect(forecaster.model.stateDict()[name]!.equal(weight)).toBe(true);
  }
});

test('stopped in between and resumed it ends where it would have ended, to the last bit', async () => {
  const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
  const extra = { patience: 3, lrPatience: 1, lrFactor: 0.5, clipNorm: 1, epochs: 60 };
  const { epochs } = await train({ ...extra, out: whole });
  await train({ ...extra, epochs: 2, out: parts });
  await trainMdnRnn({ data: co2, column: 'CO2', resume: parts, epochs: 60, threads: 1 }).result;
  const bytes = (run: string, file: string) => readFileSync(join(run, file));
  expect(bytes(parts, 'model.safetensors').equals(bytes(whole, 'model.safetensors'))).toBe(true);
  const losses = (run: string) =>
    String(bytes(run, 'metrics.jsonl'))
      .trim()
      .split('\n')
      .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
  expect(losses(parts)).toEqual(losses(whole));
  expect(losses(whole)).toHaveLength(epochs.length);
  // Nothing is left to train, however often it is resumed.
  await trainMdnRnn({ data: co2, column: 'CO2', resume: parts, epochs: 60, threads: 1 }).result;
  expect(losses(parts)).toEqual(losses(whole));
});

test('what looks at a validation part needs one', () => {
  for (const name of ['patience', 'lrPatience', 'calibrate']) {
    expect(() => trainMdnRnn({ ...options, [name]: 3, validation: 0 })).toThrow(`${name} requires validation > 0.`);
  }
});
