import { checkString } from '../check';
import { invalidArgument } from '../errors';
import { checkPath, type OptionTable, onOff, readDeclared, size, withDefaults } from '../option';

/** What a service refuses, so that one request cannot take all of its time or memory. */
export interface ServiceLimits {
  /** Largest body of a request, in bytes; default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** Most images of a request; default 256. */
  maxCount?: number | undefined;
  /** Most series of a request; default 100. */
  maxSeries?: number | undefined;
  /** Most paths × horizon of a series; default 100,000. */
  maxPathSteps?: number | undefined;
  /** Time that a request may take, in milliseconds; default 30,000. Then it is answered with status 504. */
  timeoutMs?: number | undefined;
}

/** Options of the plugin for Fastify. */
export interface ServiceOptions extends ServiceLimits {
  /** The run folders of the models to serve. A model's name is that of its folder. */
  runs: string | readonly string[];
  /** What clients send as `Authorization: Bearer TOKEN`; default none: everyone may ask. */
  token?: string | undefined;
  /** How often to look whether a run has a newer model, in milliseconds; default 2000. */
  reloadMs?: number | undefined;
  /** Whether `GET /` is a page to try the models on; default true. */
  page?: boolean | undefined;
  /** Whether `GET /openapi.json` describes the service, which needs @fastify/swagger; default true. */
  openapi?: boolean | undefined;
  /** Whether `GET /metrics` is there for Prometheus, which needs prom-client; default true. */
  metrics?: boolean | undefined;
}

export const LIMIT_OPTIONS = {
  maxBodyBytes: { ...size, default: 4 * 2 ** 20, help: 'refuse bodies of more bytes' },
  maxCount: { ...size, default: 256, help: 'refuse requests for more images' },
  maxSeries: { ...size, default: 100, help: 'refuse requests with more series' },
  maxPathSteps: { ...size, default: 100_000, help: 'refuse series with more paths times horizon' },
  timeoutMs: { ...size, default: 30_000, help: 'give up a request after n milliseconds' },
} satisfies OptionTable<ServiceLimits>;

export const SERVICE_OPTIONS = {
  ...LIMIT_OPTIONS,
  runs: { check: checkRuns },
  token: { check: checkString },
  reloadMs: { ...size, default: 2000, help: 'look for a newer model every n milliseconds' },
  page: { ...onOff, default: true, help: 'do not serve the page at /' },
  openapi: { ...onOff, default: true },
  metrics: { ...onOff, default: true },
} satisfies OptionTable<ServiceOptions>;

/** The options with their defaults. */
export type ServiceSettings = ReturnType<typeof readServiceOptions>;

/** Checks the options and fills in the defaults. @throws ERR_INVALID_ARGUMENT */
export function readServiceOptions(options: ServiceOptions) {
  const read = readDeclared(options, SERVICE_OPTIONS);
  checkRuns('runs', read.runs);
  return { ...withDefaults<ServiceOptions, typeof SERVICE_OPTIONS>(read, SERVICE_OPTIONS), runs: [read.runs].flat() };
}

function checkRuns(name: string, value: unknown): void {
  const isList = Array.isArray(value);
  if (isList && value.length === 0) throw invalidArgument(name, 'at least one run folder', value);
  if (isList) for (const [index, run] of value.entries()) checkPath(`${name}[${index}]`, run);
  else checkPath(name, value);
}
