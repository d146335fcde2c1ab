// Installs each project in examples/ with the packed package, in a folder of its own, builds it and runs it:
// `npx tsx scripts/try-examples.ts [NAME]... [--tarball FILE]`. What is in prebuilds/ must be up to date.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { root } from './if-changed';
import { runMain } from './run-main';
import { run } from './try-install/context';

const SERIES = Array.from({ length: 48 }, (_, month) => 400 + month / 6 + 3 * Math.sin((month * Math.PI) / 6));

const EXAMPLES: Record<string, (folder: string) => Promise<void>> = {
  'forecast-script': async (folder) => {
    const lines = npm(folder, 'start', '--silent').split('\n');
    check(lines.length === 12 && /^12: 4\d\d\.\d ppm \(4\d\d\.\d to 4\d\d\.\d\)$/.test(lines[11]!), lines.join('\n'));
  },
  'fastify-service': async (folder) => {
    npm(folder, 'run', 'train');
    npm(folder, 'run', 'build');
    await serving(folder, 3101, async (url) => {
      const answer = await ask(`${url}/forecast`, { values: SERIES, horizon: 12, quantiles: [0.1, 0.5, 0.9] });
      const { steps } = (await answer.json()) as { steps?: { quantiles: number[] }[] };
      checkQuantiles(answer, steps?.map(({ quantiles }) => quantiles) ?? []);
      const refused = await ask(`${url}/forecast`, { values: [null, null] });
      const { code } = (await refused.json()) as { code?: string };
      check(refused.status === 422 && code === 'ERR_DATA_FORMAT', `${refused.status} ${code}`);
      const picture = await ask(`${url}/sample`, { count: 16, seed: 1 });
      const bytes = Buffer.from(await picture.arrayBuffer());
      check(picture.headers.get('content-type') === 'image/png' && bytes.toString('latin1', 1, 4) === 'PNG', 'no PNG');
    });
  },
  'nextjs-route': async (folder) => {
    npm(folder, 'run', 'train');
    npm(folder, 'run', 'build');
    await serving(folder, 3102, (url) => checkForecasts(`${url}/api/forecast`));
  },
};

async function main(): Promise<void> {
  const command = new Command().argument('[names...]').option('--tarball <file>').parse();
  const folder = mkdtempSync(join(tmpdir(), 'try-examples-'));
  try {
    const { tarball } = command.opts<{ tarball?: string }>();
    const packed = tarball ? resolve(tarball) : join(folder, pack(folder));
    for (const [name, tryIt] of Object.entries(EXAMPLES)) {
      if (command.args.length > 0 && !command.args.includes(name)) continue;
      const project = join(folder, name);
      cpSync(join(root, 'examples', name), project, { recursive: true });
      npm(project, 'install', '--no-audit', '--no-fund', packed);
      await tryIt(project);
      console.log(`${name} works`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pack(folder: string): string {
  return run(root, process.env, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
}

function npm(folder: string, ...args: string[]): string {
  return run(folder, { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }, 'npm', ...args);
}

/** Runs a service as long as `body` asks it something. */
async function serving(folder: string, port: number, body: (url: string) => Promise<void>): Promise<void> {
  const service = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: 'inherit',
    detached: true,
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    await answering(url);
    await body(url);
  } finally {
    process.kill(-service.pid!, 'SIGTERM');
  }
}

async function answering(url: string): Promise<void> {
  for (let tries = 120; ; tries--) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await setTimeout(500);
    }
  }
}

function ask(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function checkForecasts(url: string): Promise<void> {
  const answer = await ask(url, { values: SERIES });
  const { low = [], median = [], high = [] } = (await answer.json()) as Record<string, number[]>;
  checkQuantiles(
    answer,
    median.map((value, step) => [low[step]!, value, high[step]!]),
  );
  const refused = await ask(url, { values: [null, null] });
  const { code } = (await refused.json()) as { code?: string };
  check(refused.status === 400 && code === 'ERR_DATA_FORMAT', `${refused.status} ${code}`);
}

/** A year of quantiles, in their order. */
function checkQuantiles({ status }: Response, steps: number[][]): void {
  const isOrdered = steps.every(([low, median, high]) => low! < median! && median! < high!);
  check(status === 200 && steps.length === 12 && isOrdered, `${status} ${JSON.stringify(steps)}`);
}

function check(isRight: boolean, found: string): void {
  if (!isRight) throw new Error(`Not what was expected: ${found}`);
}

runMain(main);
