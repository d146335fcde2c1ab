import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { invalidArgument } from '../errors';
import { fileError } from '../files';
import { choice, name, type OptionTable, path, wholeNumber, withDefaults } from '../option';
import { closeInference, configureInference, type InferenceOptions } from '../pool/inference';
import { LIMIT_OPTIONS, SERVICE_OPTIONS, type ServiceLimits } from '../service/options';
import { startServer } from '../service/server';
import { addExamples, addFlags, type Headings } from './flags';
import { warn } from './warn';

interface GivenFlags extends ServiceLimits, InferenceOptions {
  port?: number;
  host?: string;
  tokenFile?: string;
  logLevel?: string;
  reloadMs?: number;
  page?: boolean;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

const FLAGS = {
  port: { ...wholeNumber({ min: 0, max: 65_535 }), default: 8080, help: 'listen on this port; 0 takes a free one' },
  host: { ...name, default: '127.0.0.1', help: 'listen on this address; 0.0.0.0 takes requests from other machines' },
  tokenFile: {
    ...path('file'),
    help: 'answer only requests with the bearer token in this file',
    defaultHelp: 'LIBTORCH_GENERATIVE_TOKEN, else none',
  },
  logLevel: { ...choice(...LOG_LEVELS), default: 'info', help: 'log to stdout, as lines of JSON' },
  reloadMs: SERVICE_OPTIONS.reloadMs,
  page: SERVICE_OPTIONS.page,
  ...LIMIT_OPTIONS,
  threads: {
    ...wholeNumber({ min: 1, max: 1024 }),
    help: 'answer in n worker threads',
    defaultHelp: 'one for each CPU',
  },
  maxQueue: { ...wholeNumber({ min: 1 }), help: 'let n questions wait, and refuse further ones', defaultHelp: '1000' },
  maxBatch: { ...wholeNumber({ min: 1 }), help: 'answer up to n questions together', defaultHelp: '16' },
} satisfies OptionTable<GivenFlags>;

const HEADINGS: Headings<GivenFlags> = {
  Limits: Object.keys(LIMIT_OPTIONS) as (keyof ServiceLimits)[],
  'Worker threads': ['threads', 'maxQueue', 'maxBatch'],
};

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('serve trained models over HTTP: forecasts, images, metrics and a page to try them on')
    .argument('<runs...>', 'the run folders; a model has the name of its folder');
  addExamples(
    command,
    'serve runs/co2 runs/digits --port 8080',
    'serve runs/co2 --host 0.0.0.0 --token-file /run/secrets/token',
  );
  addFlags<GivenFlags>(command, FLAGS, HEADINGS).action(run);
}

async function run(runs: string[], given: GivenFlags): Promise<void> {
  const { tokenFile, threads, maxQueue, maxBatch, ...flags } = withDefaults<GivenFlags, typeof FLAGS>(given, FLAGS);
  const token = tokenFile === undefined ? process.env.LIBTORCH_GENERATIVE_TOKEN || undefined : readToken(tokenFile);
  const { host } = flags;
  if (token === undefined && !isLoopback(host)) {
    warn(`everyone who can reach ${host} can ask: set --token-file, or let a proxy check who asks`);
  }
  configureInference({ threads, maxQueue, maxBatch });
  const server = await startServer({ ...flags, runs, token });
  console.error(`Listening on ${server.url}`);
  await signalled();
  await server.close();
  await closeInference();
}

/** Waits for a signal to end; a second one ends the process at once. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function readToken(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw fileError('read', file, error);
  }
  if (!/^\S+$/.test(text)) throw invalidArgument('tokenFile', 'a file with a token, without spaces', file);
  return text;
}
