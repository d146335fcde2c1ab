import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { post, problemIn } from '../service/client';
import { MONTHS, trainImages, trainSales, VALUES } from '../service/runs';
import { runCli, useTemporaryFolder } from './cli';

const root = join(__dirname, '..', '..');
const folder = useTemporaryFolder();

/** Starts the command on a free port; gives its address, and what it has written once it has ended. */
async function serve(args: string[], env: NodeJS.ProcessEnv = {}) {
  const main = join(root, 'lib', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'serve', ...args, '--port', '0'], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (data) => {
      stderr += data;
      const [, found] = /^Listening on (\S+)$/m.exec(stderr) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(stderr)));
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { url, child, ended };
}

test('requests in flight are answered after SIGTERM, further ones are refused, and it ends well', async () => {
  const { url, child, ended } = await serve([
    await trainSales(folder()),
    '--threads',
    '1',
    '--max-path-steps',
    '400000',
  ]);
  const body = { values: VALUES, time: MONTHS, horizon: 400, paths: 1000 };
  await post(`${url}/forecast`, { values: VALUES, time: MONTHS }); // the worker is ready
  const asked = Array.from({ length: 3 }, (_, seed) => post(`${url}/forecast`, { ...body, seed }));
  while (!/inference_running [1-9]/.test(await (await fetch(`${url}/metrics`)).text()));
  child.kill('SIGTERM');
  let ready = await fetch(`${url}/readyz`);
  while (ready.status === 200) ready = await fetch(`${url}/readyz`);
  expect(await problemIn(ready)).toMatchObject({ status: 503, code: 'ERR_CLOSING' });
  expect((await post(`${url}/forecast`, body)).status).toBe(503);
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
  const { status, stdout } = await ended;
  expect(status).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.some(({ msg }) => msg === 'request completed')).toBe(true);
});

test('a token comes from a file or the environment', async () => {
  const run = await trainImages(folder());
  const file = join(folder(), 'token');
  writeFileSync(file, 'secret\n');
  for (const [args, env] of [
    [['--token-file', file], {}],
    [[], { LIBTORCH_GENERATIVE_TOKEN: 'secret' }],
  ] as const) {
    const { url, child, ended } = await serve([run, '--log-level', 'silent', ...args], env);
    expect((await fetch(`${url}/models`)).status).toBe(401);
    expect((await fetch(`${url}/models`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stdout: '' });
  }
});

test('an open service warns', async () => {
  const { child, ended } = await serve([await trainImages(folder()), '--host', '0.0.0.0', '--no-page']);
  child.kill('SIGTERM');
  expect((await ended).stderr).toContain('warning: everyone who can reach 0.0.0.0 can ask: set --token-file');
});

test('wrong flags and places', async () => {
  const cases = [
    [['nowhere'], 1, 'error: Cannot read the run folder nowhere: no such file or folder'],
    [['nowhere', '--max-count', '0'], 2, 'error: Expected a whole number of at least 1 for --max-count but received 0'],
    [['nowhere', '--token-file', 'none'], 1, 'error: Cannot read none: no such file or folder'],
  ] as const;
  for (const [args, status, message] of cases) {
    const result = await runCli(['serve', ...args], { cwd: folder() });
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr).toContain(message);
  }
});

test('without fastify, the command says what to install', async () => {
  const run = await trainImages(folder());
  const installed = join(folder(), 'node_modules', 'libtorch-generative');
  mkdirSync(installed, { recursive: true });
  symlinkSync(join(root, 'build'), join(installed, 'build'));
  for (const name of ['lib', 'package.json']) cpSync(join(root, name), join(installed, name), { recursive: true });
  const needed = [
    'commander',
    'csv-parse',
    'luxon',
    'pngjs',
    'fflate',
    'htmlparser2',
    'undici',
    'cli-progress',
    'node-gyp-build',
  ];
  for (const name of needed) symlinkSync(join(root, 'node_modules', name), join(folder(), 'node_modules', name));
  const main = join(installed, 'lib', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'serve', run], { cwd: folder() });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(stderr).toContain('run `npm install fastify @fastify/swagger prom-client`');
});
