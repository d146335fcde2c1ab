// Serves a folder of wheels as a package index, and runs `setup` of an installed package against it, on a PATH without
// Python: `setup-from-index.ts WHEELS PROJECT CACHE`.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startIndex } from '../../test/setup/index-server';
import { runMain } from '../run-main';

async function main(): Promise<void> {
  const [wheels, project, cache] = process.argv.slice(2) as [string, string, string];
  const files = readdirSync(wheels).map((name) => [name, readFileSync(join(wheels, name))]);
  const index = await startIndex({ torch: Object.fromEntries(files) });
  const bin = join(cache, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  const setup = spawn('node', ['node_modules/libtorch-generative/lib/cli/main.js', 'setup', '--index', index.url], {
    cwd: project,
    env: { PATH: bin, HOME: cache, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.exitCode = await new Promise((resolve) => setup.on('close', (status) => resolve(status ?? 1)));
  await index.close();
}

runMain(main);
