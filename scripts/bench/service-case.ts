// What a service is like: ours against a sidecar of FastAPI and PyTorch with the same model, under the same load.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lib } from './ours/package';
import { root } from './root';
import { median, type Ratio, ratioOf } from './statistics';

/** The figures of a side, by round. */
export interface ServiceFigures {
  requestsPerSecond: number[];
  p50Ms: number[];
  p99Ms: number[];
}

/** What was measured at a number of connections. */
export interface ServiceRow {
  connections: number;
  pytorch: ServiceFigures;
  ours: ServiceFigures;
}

/** What was measured of the service. */
export interface ServiceReport {
  rows: ServiceRow[];
  /** Of all processes after the load, in MiB. */
  residentMiB: Record<Side, number>;
  /** From the start of the process to the first answer. */
  startMs: Record<Side, number[]>;
}

type Side = 'pytorch' | 'ours';

export const SERVICE_CASE = { name: 'service', title: 'POST /forecast, 200 paths of 12 steps, H 64', isLong: true };
const CONNECTIONS = [1, 20, 200];
const SIDES: Side[] = ['pytorch', 'ours'];
const BODY = JSON.stringify({
  values: Array.from({ length: 60 }, (_, month) => 330 + month / 8 + 3 * Math.sin((month * Math.PI) / 6)),
  horizon: 12,
  paths: 200,
  quantiles: [0.1, 0.5, 0.9],
  seed: 1,
});

export async function runServiceCase(python: string, { rounds, seconds }: { rounds: number; seconds: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-service-'));
  try {
    const run = await trainedRun(folder);
    const startMs: ServiceReport['startMs'] = { pytorch: [], ours: [] };
    for (let round = 0; round < rounds; round++) {
      for (const side of SIDES) {
        const service = await Service.start(side, run, python);
        startMs[side].push(service.startMs);
        await service.stop();
      }
    }
    return await underLoad(run, python, { rounds, seconds, startMs });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A model whose forward pass PyTorch has too: windows of values, scaled by their mean and deviation. */
async function trainedRun(folder: string): Promise<string> {
  const [data, out] = [join(folder, 'series.csv'), join(folder, 'forecasts')];
  const values = Array.from({ length: 400 }, (_, month) => 330 + month / 8 + 3 * Math.sin((month * Math.PI) / 6));
  writeFileSync(data, ['value', ...values].join('\n'));
  const training = lib.trainMdnRnn({ data, column: 'value', preset: 'article', hidden: 64, epochs: 3, out });
  (await training.result).model.dispose();
  return out;
}

async function underLoad(
  run: string,
  python: string,
  { rounds, seconds, startMs }: { rounds: number; seconds: number; startMs: ServiceReport['startMs'] },
): Promise<ServiceReport> {
  const services = {
    pytorch: await Service.start('pytorch', run, python),
    ours: await Service.start('ours', run, python),
  };
  try {
    for (const side of SIDES) await services[side].load(20, 2); // a warm-up
    const rows: ServiceRow[] = [];
    for (const connections of CONNECTIONS) {
      const row: ServiceRow = { connections, pytorch: noFigures(), ours: noFigures() };
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 ? SIDES.toReversed() : SIDES;
        for (const side of order) await services[side].measure(connections, seconds, row[side]);
      }
      console.error(`service, ${connections} connections: ${throughput(row).median.toFixed(2)}`);
      rows.push(row);
    }
    const residentMiB = { pytorch: services.pytorch.residentMiB(), ours: services.ours.residentMiB() };
    return { rows, residentMiB, startMs };
  } finally {
    for (const side of SIDES) await services[side].stop();
  }
}

function noFigures(): ServiceFigures {
  return { requestsPerSecond: [], p50Ms: [], p99Ms: [] };
}

/** Our requests a second over PyTorch's. */
export function throughput({ ours, pytorch }: ServiceRow): Ratio {
  return ratioOf(ours.requestsPerSecond, pytorch.requestsPerSecond);
}

/** Lists the figures, a line each. */
export function formatService({ rows, residentMiB, startMs }: ServiceReport): string {
  const lines = rows.map((row) => {
    const { median: ratio, lowerQuartile, upperQuartile } = throughput(row);
    const of = ({ requestsPerSecond, p50Ms, p99Ms }: ServiceFigures) =>
      `${median(requestsPerSecond).toFixed(0)} requests/s, p50 ${median(p50Ms).toFixed(1)} ms, p99 ${median(p99Ms).toFixed(1)} ms`;
    const ratios = `${ratio.toFixed(2)} times (${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)})`;
    return `${row.connections} connections: PyTorch ${of(row.pytorch)}; ours ${of(row.ours)}; ${ratios}`;
  });
  const [pytorch, ours] = SIDES.map((side) => {
    return `${residentMiB[side].toFixed(0)} MiB resident, first answer after ${median(startMs[side]).toFixed(0)} ms`;
  });
  return [SERVICE_CASE.title, ...lines, `PyTorch ${pytorch}`, `ours ${ours}`].join('\n');
}

/** A service of one side, with as many workers as cores. */
class Service {
  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
    /** From the start of the process to the first answer. */
    readonly startMs: number,
  ) {}

  static async start(side: Side, run: string, python: string): Promise<Service> {
    const port = await freePort();
    const begin = performance.now();
    const [command, args] =
      side === 'pytorch'
        ? [python, [join(__dirname, 'pytorch', 'service.py'), `${port}`, `${availableParallelism()}`]]
        : [process.execPath, [join(root, 'lib', 'cli', 'main.js'), 'serve', run, '--port', `${port}`]];
    const child = spawn(command, args, {
      cwd: join(__dirname, 'pytorch'),
      env: { ...process.env, RUN: run },
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true, // with its workers it is a group of processes
    });
    const url = `http://127.0.0.1:${port}/forecast`;
    while (!(await answers(url))) {
      if (child.exitCode !== null) throw new Error(`The service of ${side} ended with ${child.exitCode}`);
      await setTimeout(5);
    }
    return new Service(child, url, performance.now() - begin);
  }

  /** Adds the figures of a time under load. */
  async measure(connections: number, seconds: number, figures: ServiceFigures): Promise<void> {
    const { requests, latency, errors, non2xx } = await this.load(connections, seconds);
    if (errors + non2xx > 0) throw new Error(`${errors} errors and ${non2xx} refusals from ${this.url}`);
    figures.requestsPerSecond.push(requests.average);
    figures.p50Ms.push(latency.p50);
    figures.p99Ms.push(latency.p99);
  }

  /** In a process of its own, which costs both sides the same. */
  async load(connections: number, seconds: number) {
    const args = [
      '-c',
      `${connections}`,
      '-d',
      `${seconds}`,
      '-t',
      '60',
      '-m',
      'POST',
      '-b',
      BODY,
      '--json',
      '--no-progress',
    ];
    const child = spawn(
      process.execPath,
      [require.resolve('autocannon'), ...args, '-H', 'content-type=application/json', this.url],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let json = '';
    child.stdout.on('data', (data) => {
      json += data;
    });
    await once(child, 'close');
    return JSON.parse(json);
  }

  residentMiB(): number {
    const group = this.process.pid!;
    const inGroup = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && groupOf(pid) === group);
    return inGroup.reduce((sum, pid) => sum + residentKib(pid), 0) / 1024;
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    process.kill(-this.process.pid!, 'SIGTERM');
    await ended;
  }
}

function groupOf(pid: string): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[2],
    );
  } catch {
    return undefined; // it has ended
  }
}

function residentKib(pid: string): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

async function answers(url: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', body: BODY, headers }).catch(() => undefined);
  if (response && !response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  await response?.arrayBuffer();
  return response !== undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** FastAPI and uvicorn are Debian's, beside the PyTorch of the environment. @throws Error if they are not installed */
export function addDebianPackages(python: string): void {
  const site = execFileSync(python, ['-c', 'import site; print(site.getsitepackages()[0])'], {
    encoding: 'utf8',
  }).trim();
  writeFileSync(join(site, 'debian.pth'), '/usr/lib/python3/dist-packages\n'); // searched after its own packages
  execFileSync(python, ['-c', 'import fastapi, uvicorn'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
