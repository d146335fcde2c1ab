import type { FastifyPluginAsync } from 'fastify';
import { addService, openService } from './add-service';
import type { ServiceOptions } from './options';

export type { ServiceLimits, ServiceOptions } from './options';

/**
 * A plugin for Fastify 5 that serves trained models: `POST /forecast`, `POST /sample`, `GET /models`, `GET /metrics`,
 * `GET /healthz`, `GET /readyz`, `GET /openapi.json` and a page at `/`, all below the prefix that it is registered with.
 * Its errors are problems (RFC 9457) and its hooks are its own: the rest of an application is not affected.
 *
 * @throws ERR_INVALID_ARGUMENT for a wrong option; ERR_FILE or ERR_CHECKPOINT if a run cannot be loaded;
 *   ERR_NOT_INSTALLED if @fastify/swagger or prom-client is not there, without `openapi: false` or `metrics: false`
 * @example
 * ```typescript
 * import Fastify from 'fastify';
 * import { modelService } from 'libtorch-generative/fastify';
 *
 * const app = Fastify({ logger: true });
 * await app.register(modelService, { prefix: '/models', runs: ['runs/co2', 'runs/digits'] });
 * await app.listen({ port: 3000 });
 * ```
 */
export const modelService: FastifyPluginAsync<ServiceOptions> = async (app, options) => {
  const { prefix: _, logLevel: __, logSerializers: ___, ...own } = options as ServiceOptions & FastifyRegisterOptions;
  await addService(app, openService(app, own));
};

/** What Fastify's `register` reads, and passes on. */
type FastifyRegisterOptions = Record<'prefix' | 'logLevel' | 'logSerializers', unknown>;
