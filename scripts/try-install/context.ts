import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What all trials share: the packed package, and folders and caches that nothing else uses. */
export interface Context {
  tarball: string;
  /** Each trial gets a folder in it. */
  folder: string;
  /** With caches of its own and without what this repository's shell may have set. */
  env: NodeJS.ProcessEnv;
}

/** A trial that this machine cannot make, and why. */
export class Skipped extends Error {}

export function makeContext(tarball: string, folder: string): Context {
  const own = (name: string) => join(folder, 'caches', name);
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|NODE_PATH|LIBTORCH|PREBUILDS)/.test(name),
      ),
    ),
    ...{ XDG_CACHE_HOME: own('xdg'), npm_config_cache: own('npm') },
    ...{ YARN_CACHE_FOLDER: own('yarn'), YARN_GLOBAL_FOLDER: own('yarn-berry'), YARN_ENABLE_TELEMETRY: '0', CI: '1' },
  };
  return { tarball, folder, env };
}

/** A project outside the repository, with the programs of `project/`. */
export function makeProject({ folder }: Context, name: string): string {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  cpSync(join(__dirname, 'project'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: basename(project), private: true }));
  return project;
}

/** Runs a command and gives what it wrote to stdout. Throws with all that it wrote if it fails. */
export function run(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]): string {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 1_800_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout.trim();
  const said = `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? status ?? error?.message}\n${said}`);
}

export function expectEqual(what: string, received: string, expected: string): void {
  if (received !== expected) throw new Error(`${what}: expected\n${expected}\nbut received\n${received}`);
}
