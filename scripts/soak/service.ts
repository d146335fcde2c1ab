// A service under load, while a GAN and an MDN-RNN train in worker threads of its process: latency of its event loop,
// errors, answers that are not those of a quiet service, memory. The count is seconds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Fastify from 'fastify';
import { memory, trainGan, trainMdnRnn } from 'libtorch-generative';
import { modelService } from 'libtorch-generative/fastify';
import { runPart } from './part';

const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const CONNECTIONS = 50;
const MOST_DELAY_MS = 10;
// What these models are worth does not matter.
const onWarning = () => {};
const values = Array.from({ length: 144 }, (_, month) => 300 + month / 8 + 9 * Math.sin((month * Math.PI) / 6));
const BODIES = {
  '/forecast': JSON.stringify({ values: values.slice(-60), horizon: 12, paths: 100, seed: 3 }),
  '/sample': JSON.stringify({ count: 4, seed: 3 }),
};

async function trainedRuns(): Promise<string[]> {
  const data = join(folder, 'series.csv');
  writeFileSync(data, ['value', ...values].join('\n'));
  const [gan, mdnRnn] = [join(folder, 'images'), join(folder, 'forecasts')];
  const images = await trainGan({ data: 'noise', epochs: 1, hidden: 64, out: gan }).result;
  const series = await trainMdnRnn({ data, column: 'value', preset: 'article', epochs: 3, out: mdnRnn, onWarning })
    .result;
  for (const model of [images.generator, images.discriminator, series.model]) model.dispose();
  return [gan, mdnRnn];
}

/** Trainings that go on until they are stopped. */
function trainBeside(signal: AbortSignal): Promise<unknown> {
  const common = { epochs: 1e6, worker: true, threads: 1, signal };
  const gan = trainGan({ data: 'noise', hidden: 128, ...common });
  const data = join(folder, 'series.csv');
  const mdnRnn = trainMdnRnn({ data, column: 'value', preset: 'article', onWarning, ...common });
  return Promise.allSettled([gan.result, mdnRnn.result]);
}

/** Loads a route from another process. */
async function load(url: string, body: string, seconds: number): Promise<string[]> {
  const args = [
    '-c',
    `${CONNECTIONS / 2}`,
    '-d',
    `${seconds}`,
    '-m',
    'POST',
    '-b',
    body,
    '-H',
    'content-type=application/json',
  ];
  const child = spawn(process.execPath, [require.resolve('autocannon'), ...args, '--json', '--no-progress', url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let json = '';
  child.stdout.on('data', (data) => {
    json += data;
  });
  await once(child, 'close');
  const { errors, non2xx, requests, latency } = JSON.parse(json);
  notes.push(
    `${url.replace(/.*\//, '/')}: ${requests.average.toFixed(0)} requests/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
  );
  return errors + non2xx > 0 ? [`${url}: ${errors} errors, ${non2xx} refusals`] : [];
}

async function answerOf(url: string, body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}

async function underLoad(origin: string, seconds: number): Promise<string[]> {
  const routes = Object.entries(BODIES);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const loads = routes.map(([route, body]) => load(origin + route, body, seconds));
  const sampled: string[] = [];
  const check = setInterval(async () => {
    for (const [route, body] of routes) {
      if ((await answerOf(origin + route, body)) !== quiet.get(route)) sampled.push(`${route}: another answer`);
    }
  }, 500);
  const problems = (await Promise.all(loads)).flat();
  clearInterval(check);
  const p99Ms = delay.percentile(99) / 1e6;
  notes.push(`the event loop was delayed by ${p99Ms.toFixed(1)} ms in the 99th percentile`);
  if (p99Ms > MOST_DELAY_MS) problems.push(`the event loop was delayed by ${p99Ms.toFixed(1)} ms`);
  return [...problems, ...sampled];
}

const quiet = new Map<string, string>();
const notes: string[] = [];

async function main(): Promise<void> {
  const app = Fastify();
  await app.register(modelService, { runs: await trainedRuns() });
  const origin = await app.listen({ port: 0 });
  for (const [route, body] of Object.entries(BODIES)) quiet.set(route, await answerOf(origin + route, body));
  const stop = new AbortController();
  let trainings: Promise<unknown> | undefined;
  await runPart({
    warmUp: 10,
    run: async (seconds) => {
      trainings ??= trainBeside(stop.signal);
      return underLoad(origin, seconds);
    },
    numTensors: () => memory().tensors,
    notes,
  });
  stop.abort();
  await trainings;
  await app.close();
}

main().finally(() => rmSync(folder, { recursive: true }));
