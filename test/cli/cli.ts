import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../../src/native/addon';
import { libtorchInUse } from '../../src/native/load';

const root = join(__dirname, '..', '..');
const main = join(root, 'lib', 'cli', 'main.js');

/** CO2 of Mauna Loa by month, 741 values. */
/** Trains the article's net, whose numbers are PyTorch's. */
export const trainArticle = ['train', 'mdn-rnn', '--preset', 'article'];

export const co2 = join(root, 'node_modules', 'vega-datasets', 'data', 'co2-concentration.csv');

export interface CliResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Sent once stdout has `signalAfter` lines. */
  signal?: NodeJS.Signals;
  signalAfter?: number;
}

/** Runs the built command line as a user does. */
export function runCli(
  args: string[],
  { cwd, env = {}, signal, signalAfter = 1 }: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: CliResult = { status: null, stdout: '', stderr: '' };
  let isSignalled = false;
  child.stdout.on('data', (data) => {
    result.stdout += data;
    if (!signal || isSignalled || result.stdout.split('\n').length <= signalAfter) return;
    isSignalled = true;
    child.kill(signal);
  });
  child.stderr.on('data', (data) => {
    result.stderr += data;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...result, status })));
}

/** An environment whose package cache is `folder`, but for the libtorch in use. */
export function cacheIn(folder: string): { XDG_CACHE_HOME: string; LIBTORCH: string } {
  native();
  return { XDG_CACHE_HOME: folder, LIBTORCH: libtorchInUse()!.root };
}

/** JSON objects, one a line. */
export function jsonLines<T = Record<string, number>>(text: string): T[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A new folder for each test, removed after it. */
export function useTemporaryFolder(): () => string {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}
