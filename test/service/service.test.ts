import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { closeInference, configureInference, inferenceStats } from '../../src/pool/inference';
import { type Server, type ServerOptions, startServer } from '../../src/service/server';
import { loadForecaster } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { post, problemIn } from './client';
import { MONTHS, trainImages, trainSales, VALUES } from './runs';

let folder: string;
let runs: string[];
let server: Server;
let url: string;

const start = (options: Partial<ServerOptions> = {}) =>
  startServer({ runs, host: '127.0.0.1', port: 0, logLevel: 'silent', ...options });

/** Runs a test on a server of its own. */
async function serving(options: Partial<ServerOptions>, body: (url: string) => Promise<void>): Promise<void> {
  const own = await start(options);
  try {
    await body(own.url);
  } finally {
    await own.close();
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  runs = [await trainImages(folder), await trainSales(folder)];
  configureInference({ threads: 1 });
  server = await start();
  url = server.url;
});
afterAll(async () => {
  await server.close();
  await closeInference();
  rmSync(folder, { recursive: true, force: true });
});

const asked = { values: VALUES, time: MONTHS, horizon: 3, seed: 7 };

describe('answers', () => {
  test("a forecast is the forecaster's", async () => {
    const options = { paths: 50, quantiles: [0.05, 0.5, 0.95], temperature: 0.9 };
    const answer = await post(`${url}/forecast`, { ...asked, ...options });
    const { forecaster } = loadForecaster(runs[1]!);
    const expected = forecaster.forecastSync({ values: VALUES, time: MONTHS }, { horizon: 3, seed: 7, ...options });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ model: 'sales', ...expected });
    await forecaster.dispose();
  });

  test('several series are answered in their order, each by its name', async () => {
    const series = ['a', 'b'].map((name) => ({ name, values: VALUES.slice(12), time: MONTHS.slice(12) }));
    const answer = await (await post(`${url}/forecast`, { series, horizon: 2 })).json();
    expect(answer).toMatchObject({ model: 'sales', series: [{ name: 'a' }, { name: 'b' }] });
    expect(answer.series[0].steps[1].time).toBe('2024-02-01');
  });

  test('the same request has the same answer, alone and among 50 others', async () => {
    const ask = async (seed: number) => (await post(`${url}/forecast`, { ...asked, seed, paths: 20 })).text();
    const alone = await ask(3);
    const together = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index % 5)));
    expect(together.filter((_, index) => index % 5 === 3)).toEqual(Array(10).fill(alone));
    expect(new Set(together).size).toBe(5);
  });

  test('images are a PNG or numbers, as the client wants them', async () => {
    const png = await post(`${url}/sample`, { count: 4, seed: 1 });
    expect(png.headers.get('content-type')).toBe('image/png');
    const { width, height } = PNG.sync.read(Buffer.from(await png.arrayBuffer()));
    expect([width, height]).toEqual([2 * (2 * 30 + 2), 2 * (2 * 30 + 2)]);

    const ways = [
      [{ accept: 'application/json' }, {}],
      [{ accept: 'image/png' }, { format: 'json' }],
    ] as const;
    for (const [headers, body] of ways) {
      const answer = await (await post(`${url}/sample`, { count: 2, seed: 1, ...body }, headers)).json();
      expect(answer).toMatchObject({ model: 'images', count: 2, height: 28, width: 28 });
      expect(answer.images.map((image: number[]) => image.length)).toEqual([784, 784]);
    }
    const of = async (count: number) => (await post(`${url}/sample`, { count, seed: 1, format: 'json' })).json();
    const [one, many] = [await of(1), await of(7)];
    expect(one.images).toEqual(many.images.slice(0, 1));
    expect((await fetch(`${url}/sample`, { method: 'POST' })).status).toBe(200);
    expect(await problemIn(await post(`${url}/sample`, {}, { accept: 'text/csv' }))).toMatchObject({ status: 406 });
  });

  test('models, health, readiness', async () => {
    const { models } = await (await fetch(`${url}/models`)).json();
    expect(models).toEqual([
      {
        name: 'images',
        kind: 'gan',
        checksum: expect.stringMatching(/^[\da-f]{64}$/),
        isTraining: false,
        channels: 1,
        height: 28,
        width: 28,
      },
      {
        name: 'sales',
        kind: 'mdn-rnn',
        checksum: expect.stringMatching(/^[\da-f]{64}$/),
        isTraining: false,
        columns: ['sales'],
        historyLength: 12,
        covariates: [],
        pastCovariates: [],
        staticCovariates: [],
      },
    ]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('metrics', async () => {
    await post(`${url}/forecast`, { ...asked, horizon: 0 });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/request_duration_seconds_count\{method="POST",route="\/forecast",status="400"\} \d+/);
    expect(text).toMatch(/libtorch_generative_model_info\{name="sales",kind="mdn-rnn",checksum="[\da-f]{64}"\} 1/);
    for (const name of ['threads', 'queued', 'running', 'batch_size', 'answered_total', 'batches_total']) {
      expect(text).toMatch(new RegExp(`^libtorch_generative_inference_${name} \\d`, 'm'));
    }
    expect(text).toMatch(/^libtorch_generative_tensors \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('the OpenAPI document has the routes with their schemas', async () => {
    const { openapi, paths } = await (await fetch(`${url}/openapi.json`)).json();
    expect(openapi).toBe('3.0.3');
    expect(Object.keys(paths).sort()).toEqual(['/forecast', '/healthz', '/metrics', '/models', '/readyz', '/sample']);
    const { requestBody, responses } = paths['/forecast'].post;
    const body = requestBody.content['application/json'].schema.properties;
    expect(body.horizon).toMatchObject({ type: 'integer', minimum: 1, default: 24 });
    expect(body.series.maxItems).toBe(100);
    expect(responses['200'].content['application/json'].schema.properties.steps.type).toBe('array');
    expect(responses['4XX'].content['application/problem+json'].schema.required).toContain('detail');
    expect(Object.keys(paths['/sample'].post.responses['200'].content)).toEqual(['image/png', 'application/json']);
  });
});

describe('refusals', () => {
  const without = (index: number) => VALUES.map((value, at) => (at === index ? 'x' : value));
  const series = (each: object) => ({
    series: [{ ...asked }, { ...each }].map(({ horizon: _, seed: __, ...rest }: Record<string, unknown>) => rest),
  });
  const cases: [object, number, string, string][] = [
    [{ values: without(3) }, 400, 'ERR_INVALID_ARGUMENT', 'values[3]'],
    [{}, 400, 'ERR_INVALID_ARGUMENT', 'values'],
    [{ values: 'many' }, 400, 'ERR_INVALID_ARGUMENT', 'values'],
    [{ values: [] }, 422, 'ERR_DATA_FORMAT', 'values'],
    [{ values: VALUES.slice(0, 5), time: MONTHS }, 422, 'ERR_DATA_FORMAT', 'values'],
    [{ values: VALUES }, 422, 'ERR_DATA_FORMAT', 'time'],
    [{ ...asked, time: MONTHS.slice(1) }, 422, 'ERR_DATA_FORMAT', 'time'],
    [{ ...asked, time: MONTHS.with(5, 'soon') }, 422, 'ERR_DATA_FORMAT', 'time[5]'],
    [{ ...asked, time: MONTHS.with(5, 5 as never) }, 400, 'ERR_INVALID_ARGUMENT', 'time[5]'],
    [{ ...asked, covariates: [VALUES] }, 400, 'ERR_INVALID_ARGUMENT', 'covariates'],
    [{ ...asked, covariates: { price: VALUES } }, 400, 'ERR_INVALID_ARGUMENT', 'covariates.price'],
    [{ ...asked, staticCovariates: { size: 1 } }, 400, 'ERR_INVALID_ARGUMENT', 'staticCovariates.size'],
    [{ ...asked, name: 3 }, 400, 'ERR_INVALID_ARGUMENT', 'name'],
    [{ ...asked, horizon: 0 }, 400, 'ERR_INVALID_ARGUMENT', 'horizon'],
    [{ ...asked, horizon: '3' }, 400, 'ERR_INVALID_ARGUMENT', 'horizon'],
    [{ ...asked, horizon: 201 }, 400, 'ERR_INVALID_ARGUMENT', 'horizon'],
    [{ ...asked, horizon: 200, paths: 501 }, 400, 'ERR_INVALID_ARGUMENT', 'paths'],
    [{ ...asked, quantiles: [0.5, 1] }, 400, 'ERR_INVALID_ARGUMENT', 'quantiles[1]'],
    [{ ...asked, quantiles: [] }, 400, 'ERR_INVALID_ARGUMENT', 'quantiles'],
    [{ ...asked, temperature: 0 }, 400, 'ERR_INVALID_ARGUMENT', 'temperature'],
    [{ ...asked, seed: 0.5 }, 400, 'ERR_INVALID_ARGUMENT', 'seed'],
    [{ ...asked, horizn: 3 }, 400, 'ERR_INVALID_ARGUMENT', 'horizn'],
    [{ ...asked, model: 'nothing' }, 404, 'ERR_NOT_FOUND', 'model'],
    [{ ...asked, model: 'images' }, 400, 'ERR_BAD_REQUEST', 'model'],
    [{ ...asked, series: [] }, 400, 'ERR_INVALID_ARGUMENT', 'values'],
    [{ series: [] }, 400, 'ERR_INVALID_ARGUMENT', 'series'],
    [{ series: Array(101).fill(asked) }, 400, 'ERR_INVALID_ARGUMENT', 'series'],
    [{ series: [5] }, 400, 'ERR_INVALID_ARGUMENT', 'series[0]'],
    [series({ values: [1, 'x'] }), 400, 'ERR_INVALID_ARGUMENT', 'series[1].values[1]'],
    [series({ values: VALUES, tme: [] }), 400, 'ERR_INVALID_ARGUMENT', 'series[1].tme'],
    [series({ name: 'b', values: VALUES.slice(0, 2), time: MONTHS }), 422, 'ERR_DATA_FORMAT', 'series[1].values'],
    [
      series({ name: 'b', values: VALUES, time: MONTHS.with(1, MONTHS[0]!) }),
      422,
      'ERR_DATA_FORMAT',
      'series[1].time[1]',
    ],
  ];
  test.each(cases.map(([body, ...expected]) => [...expected, body] as const))(
    '%i %s in %s',
    async (status, code, field, body) => {
      expect(await problemIn(await post(`${url}/forecast`, body))).toMatchObject({ status, code, field });
    },
  );

  test('bodies that are no requests', async () => {
    const cases = [
      ['{"values":[1e999]}', 422, 'ERR_DATA_FORMAT', 'values[0]'],
      ['[1, 2]', 400, 'ERR_BAD_REQUEST', undefined],
      ['null', 400, 'ERR_BAD_REQUEST', undefined],
      ['{"values":', 400, 'ERR_BAD_REQUEST', undefined],
      ['{"__proto__": {"horizon": 3}}', 400, 'ERR_BAD_REQUEST', undefined],
      ['{"constructor": {"prototype": {}}}', 400, 'ERR_BAD_REQUEST', undefined],
      ['{"toString": 1}', 400, 'ERR_INVALID_ARGUMENT', 'toString'],
      ['', 400, 'ERR_BAD_REQUEST', undefined],
    ] as const;
    for (const [body, status, code, field] of cases) {
      const problem = await problemIn(await post(`${url}/forecast`, body));
      expect([body, problem.status, problem.code, problem.field]).toEqual([body, status, code, field]);
    }
  });

  test('any JSON is answered or refused, and the service goes on', async () => {
    const names = [
      'values',
      'series',
      'time',
      'name',
      'covariates',
      'pastCovariates',
      'staticCovariates',
      'horizon',
      'paths',
      'quantiles',
    ];
    const fields = fc.dictionary(fc.constantFrom(...names, 'seed', 'temperature', 'model', 'other'), fc.jsonValue());
    const body = fc.oneof(
      fc.jsonValue(),
      fields,
      fields.map((each) => ({ ...asked, paths: 1, ...each })),
    );
    const isPlain = async (path: string, body: unknown) => {
      const answer = await post(`${url}/${path}`, body);
      if (answer.status !== 200) expect((await problemIn(answer)).status).toBeLessThan(500);
      else await answer.arrayBuffer();
    };
    await fc.assert(fc.asyncProperty(fc.constantFrom('forecast', 'sample'), body, isPlain), { numRuns: 300 });
  });

  test.each([
    [{ count: 0 }, 'count'],
    [{ count: 257 }, 'count'],
    [{ seed: 'x' }, 'seed'],
    [{ format: 'gif' }, 'format'],
    [{ size: 3 }, 'size'],
  ])('images: %j', async (body, field) => {
    expect(await problemIn(await post(`${url}/sample`, body))).toMatchObject({ status: 400, field });
  });

  test('other types, other places', async () => {
    const text = await post(`${url}/forecast`, 'values', { 'content-type': 'text/plain' });
    expect(await problemIn(text)).toMatchObject({ status: 415, code: 'ERR_MEDIA_TYPE' });
    expect(await problemIn(await fetch(`${url}/nowhere`))).toMatchObject({ status: 404, code: 'ERR_NOT_FOUND' });
  });
});

describe('limits', () => {
  test('large bodies', () =>
    serving({ maxBodyBytes: 100 }, async (url) => {
      const problem = await problemIn(await post(`${url}/forecast`, asked));
      expect(problem).toMatchObject({ status: 413, code: 'ERR_BODY_TOO_LARGE' });
    }));

  test('a request whose time is up is given up', () =>
    serving({ timeoutMs: 1, maxPathSteps: 1_000_000 }, async (url) => {
      const problem = await problemIn(await post(`${url}/forecast`, { ...asked, horizon: 1000, paths: 1000 }));
      expect(problem).toMatchObject({ status: 504, code: 'ERR_TIMEOUT' });
    }));

  test('a client that leaves takes its questions back', async () => {
    const stop = new AbortController();
    const body = JSON.stringify({ series: Array(50).fill({ values: VALUES, time: MONTHS }), horizon: 100 });
    const headers = { 'content-type': 'application/json' };
    const asking = fetch(`${url}/forecast`, { method: 'POST', body, headers, signal: stop.signal });
    while (inferenceStats().queued === 0) await setTimeout(5);
    stop.abort();
    await expect(asking).rejects.toThrow('aborted');
    while (inferenceStats().queued > 0) await setTimeout(5);
    expect(inferenceStats().queued).toBe(0);
  });

  test('too many questions at once', async () => {
    configureInference({ maxQueue: 1 });
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(`${url}/forecast`, asked)));
      const refused = answers.find(({ status }) => status === 503)!;
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await problemIn(refused)).toMatchObject({ code: 'ERR_OVERLOADED' });
    } finally {
      configureInference({ maxQueue: 1000 });
    }
  });
});

test('a token is asked for, but for health and the page', () =>
  serving({ token: 'secret' }, async (url) => {
    for (const authorization of [undefined, 'Bearer wrong', 'Basic secret', 'Bearer']) {
      const answer = await post(`${url}/forecast`, asked, authorization ? { authorization } : {});
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await problemIn(answer)).toMatchObject({ status: 401, code: 'ERR_UNAUTHORIZED' });
    }
    expect((await post(`${url}/forecast`, asked, { authorization: 'Bearer secret' })).status).toBe(200);
    for (const path of ['healthz', 'readyz', '']) expect((await fetch(`${url}/${path}`)).status).toBe(200);
    for (const path of ['metrics', 'models', 'openapi.json']) expect((await fetch(`${url}/${path}`)).status).toBe(401);
  }));

test('several models of a kind are told apart by their names', async () => {
  const others = [await trainSales(folder, 'other', 2), await trainSales(join(folder, 'more'), 'sales', 3)];
  await serving({ runs: [...runs, ...others] }, async (url) => {
    const { models } = await (await fetch(`${url}/models`)).json();
    expect(models.map(({ name }: { name: string }) => name)).toEqual(['images', 'sales', 'other', 'sales-2']);
    const problem = await problemIn(await post(`${url}/forecast`, asked));
    expect(problem).toMatchObject({ status: 400, field: 'model' });
    expect(problem.detail).toContain('"sales", "other", "sales-2"');
    const answer = await (await post(`${url}/forecast`, { ...asked, model: 'other' })).json();
    expect(answer.model).toBe('other');
  });
});

test('a model that is trained further is another one, without a pause', async () => {
  const run = await trainImages(folder, 'growing');
  await serving({ runs: [run], reloadMs: 20 }, async (url) => {
    const draw = async () => (await post(`${url}/sample`, { count: 1, format: 'json' })).text();
    const before = await draw();
    expect(await draw()).toBe(before);
    await trainGan({ resume: run, epochs: 4 }).result;
    while ((await draw()) === before) await setTimeout(20);
    writeFileSync(join(run, 'model.safetensors'), 'damaged');
    const after = await draw();
    await setTimeout(100);
    expect(await draw()).toBe(after);
  });
});
