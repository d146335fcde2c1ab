import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSeries } from '../../src/data/series';
import { closeInference } from '../../src/pool/inference';
import type { ModelExample } from '../../src/service/model-example';
import { type Server, startServer } from '../../src/service/server';
import { loadForecaster } from '../../src/training/load-run';
import { post, problemIn } from './client';
import { trainIce } from './runs';

let folder: string;
let run: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  run = await trainIce(folder);
  server = await startServer({ runs: [run], host: '127.0.0.1', port: 0, logLevel: 'silent' });
});
afterAll(async () => {
  await server.close();
  await closeInference();
  rmSync(folder, { recursive: true, force: true });
});

const example = async (): Promise<ModelExample> => (await fetch(`${server.url}/models/ice/example`)).json();
const ask = (body: object) => post(`${server.url}/forecast`, body);

test('a model lists the covariates that it needs, and its example has them by name', async () => {
  const { models } = await (await fetch(`${server.url}/models`)).json();
  expect(models).toMatchObject([
    { covariates: ['sky', 'price'], pastCovariates: ['heat'], maxHorizon: 6, staticCovariates: ['place'] },
  ]);
  const { covariates, pastCovariates, staticCovariates } = await example();
  expect(covariates!.sky!.slice(0, 3)).toEqual(['rain', 'clouds', 'sun']);
  expect([covariates!.price!.length, pastCovariates!.heat!.length]).toEqual([126, 120]);
  expect(pastCovariates!.heat!.slice(0, 5)).toEqual([0, 3, 6, 9, 1]);
  expect(staticCovariates).toEqual({ place: 'beach' });
});

test("a forecast with covariates by name is that of the training's file", async () => {
  const { forecaster, settings, source } = loadForecaster(run);
  const [series] = readSeries(settings.data, source);
  const expected = forecaster.forecastSync(series!, { horizon: 6, paths: 50, seed: 2 });
  const answer = await ask({ ...(await example()), horizon: 6, paths: 50, seed: 2 });
  expect(await answer.json()).toEqual({ model: 'ice', ...expected });
  await forecaster.dispose();
});

test('a forecast depends on the words', async () => {
  const given = await example();
  const meanOf = async (sky: string) => {
    const covariates = { ...given.covariates, sky: given.covariates!.sky!.with(120, sky) };
    const { steps } = await (await ask({ ...given, covariates, horizon: 1 })).json();
    return steps[0].mean;
  };
  expect((await meanOf('sun')) - (await meanOf('rain'))).toBeGreaterThan(5);
});

test('covariates are refused by name', async () => {
  const given = await example();
  const { sky, price } = given.covariates as Record<string, (string | number)[]>;
  const cases: [object, number, string][] = [
    [{ covariates: { price } }, 400, 'covariates.sky'],
    [{ covariates: { sky: sky!.with(3, 7), price } }, 400, 'covariates.sky[3]'],
    [{ covariates: { sky, price, cost: price } }, 400, 'covariates.cost'],
    [{ covariates: { sky, price: price!.slice(0, 3) } }, 422, 'covariates.price'],
    [{ covariates: { sky: sky!.slice(0, 122), price } }, 422, 'covariates'],
    [{ pastCovariates: { heat: [1] } }, 422, 'pastCovariates.heat'],
    [{ staticCovariates: undefined }, 400, 'staticCovariates.place'],
    [{ staticCovariates: { place: ['beach'] } }, 400, 'staticCovariates.place'],
    [{ horizon: 7 }, 400, 'horizon'],
  ];
  for (const [changes, status, field] of cases) {
    const problem = await problemIn(await ask({ ...given, horizon: 6, ...changes }));
    expect([changes, problem.status, problem.field]).toEqual([changes, status, field]);
  }
  const { name: _, ...rest } = given;
  const inList = await problemIn(await ask({ series: [given, { ...rest, staticCovariates: {} }] }));
  expect(inList.field).toBe('series[1].staticCovariates.place');
});
