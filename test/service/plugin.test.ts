import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import swagger from '@fastify/swagger';
import Fastify from 'fastify';
import { closeInference } from '../../src/pool/inference';
import { modelService } from '../../src/service/fastify';
import { httpStatusOf } from '../../src/service/http-status';
import { problemOf } from '../../src/service/problem';
import { post, problemIn } from './client';
import { trainImages } from './runs';

let folder: string;
let run: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  run = await trainImages(folder);
});
afterAll(async () => {
  await closeInference();
  rmSync(folder, { recursive: true, force: true });
});

test('the plugin leaves the rest of an application alone', async () => {
  const app = Fastify();
  await app.register(modelService, { prefix: '/models-of/us', runs: run });
  app.post('/echo', async ({ body }) => ({ body }));
  app.get('/broken', async () => {
    throw new Error('its own');
  });
  const url = await app.listen();

  const drawn = await post(`${url}/models-of/us/sample`, { count: 1 });
  expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/png']);
  const refused = await problemIn(await post(`${url}/models-of/us/sample`, { count: '1' }));
  expect(refused).toMatchObject({ status: 400, field: 'count' }); // nothing is converted
  const page = await fetch(`${url}/models-of/us/`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

  const echo = await post(`${url}/echo`, 'a', { 'content-type': 'text/plain' });
  expect(await echo.json()).toEqual({ body: 'a' });
  const broken = await (await fetch(`${url}/broken`)).json();
  expect(broken).toEqual({ statusCode: 500, error: 'Internal Server Error', message: 'its own' });
  await app.close();
});

test('an application with an OpenAPI document of its own describes the plugin too', async () => {
  const app = Fastify();
  await app.register(swagger, { openapi: { info: { title: 'shop', version: '1' } } });
  await app.register(modelService, { prefix: '/models', runs: [run], page: false, metrics: false });
  const url = await app.listen();
  const { info, paths } = app.swagger() as { info: { title: string }; paths: Record<string, object> };
  expect(info.title).toBe('shop');
  expect(Object.keys(paths)).toContain('/models/sample');
  for (const path of ['', 'metrics']) expect((await fetch(`${url}/models/${path}`)).status).toBe(404);
  await app.close();
});

test.each([
  [{ runs: [] }, 'Expected at least one run folder for runs but received an array of 0'],
  [{}, 'Expected a non-empty string for runs but received undefined'],
  [{ runs: 'x', maxCount: 0 }, 'Expected a whole number of at least 1 for maxCount but received 0'],
  [{ runs: 'x', tokn: 'a' }, 'Unknown option "tokn". Did you mean "token"?'],
  [{ runs: 'no/where' }, 'Cannot read the run folder no/where: no such file or folder'],
])('wrong options: %j', async (options, message) => {
  const app = Fastify();
  await expect(app.register(modelService, options as never)).rejects.toThrow(message);
});

test('what the client has not caused is not told', () => {
  const error = Object.assign(new Error('/secret/place'), { statusCode: 700 });
  expect(httpStatusOf(error)).toBe(500);
  expect(problemOf(error)).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'The service failed; the reason is in its log',
    code: 'ERR_INTERNAL',
  });
  expect([null, 'text', undefined, new DOMException('', 'TimeoutError')].map(httpStatusOf)).toEqual([
    500, 500, 500, 504,
  ]);
});
