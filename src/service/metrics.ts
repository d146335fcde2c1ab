import { optionalPackage } from '../optional-package';
import { inferenceStats } from '../pool/inference';
import { memory } from '../tensor/scope';
import type { ServedModels } from './served-models';

const PREFIX = 'libtorch_generative_';

/** A figure that is looked up when Prometheus asks. */
interface Figure {
  name: string;
  help: string;
  value: () => number;
}

const GAUGES: Figure[] = [
  { name: 'inference_threads', help: 'Worker threads that run.', value: () => inferenceStats().threads },
  { name: 'inference_queued', help: 'Questions that wait for a worker.', value: () => inferenceStats().queued },
  { name: 'inference_running', help: 'Questions being answered.', value: () => inferenceStats().running },
  { name: 'inference_batch_size', help: 'Mean number of questions answered together.', value: meanBatchSize },
  { name: 'tensors', help: 'Tensors of the main thread.', value: () => memory().tensors },
  { name: 'tensor_bytes', help: 'Bytes of the tensors of the main thread.', value: () => memory().bytes },
];

const COUNTERS: Figure[] = [
  { name: 'inference_answered_total', help: 'Questions answered so far.', value: () => inferenceStats().answered },
  { name: 'inference_batches_total', help: 'Batches in which they were.', value: () => inferenceStats().batches },
];

function meanBatchSize(): number {
  const { answered, batches } = inferenceStats();
  return batches === 0 ? 0 : answered / batches;
}

/** An answered request. */
export interface Answered {
  method: string;
  /** The route's path, which has few values, unlike the request's. */
  route: string;
  status: number;
  seconds: number;
}

/** The figures of a service for Prometheus, in a registry of its own. */
export class Metrics {
  readonly #registry;
  readonly #durations;

  /** @throws ERR_NOT_INSTALLED if prom-client is not there */
  constructor(models: ServedModels) {
    const prom = optionalPackage('prom-client');
    const registers = [new prom.Registry()];
    this.#registry = registers[0]!;
    prom.collectDefaultMetrics({ register: this.#registry });
    this.#durations = new prom.Histogram({
      name: `${PREFIX}request_duration_seconds`,
      help: 'Time from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    const common = (name: string, help: string) => ({ name: PREFIX + name, help, registers });
    for (const { name, help, value } of GAUGES) {
      new prom.Gauge({
        ...common(name, help),
        collect() {
          this.set(value());
        },
      });
    }
    for (const { name, help, value } of COUNTERS) {
      new prom.Counter({
        ...common(name, help),
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    }
    new prom.Gauge({
      ...common('model_info', 'The models that are served; always 1.'),
      labelNames: ['name', 'kind', 'checksum'],
      collect() {
        this.reset();
        for (const { name, loaded } of models.all()) {
          this.set({ name, kind: loaded.kind, checksum: loaded.checksum }, 1);
        }
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Notes an answered request. */
  observe({ seconds, ...labels }: Answered): void {
    this.#durations.observe(labels, seconds);
  }

  /** Returns all figures as text. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
