import type { FastifyInstance } from 'fastify';
import { Metrics } from './metrics';
import { ServiceError } from './problem';
import type { Service } from './service';

const STATUS = { 200: { type: 'object', properties: { status: { type: 'string' } } } };

/** Adds the routes for those who operate the service. */
export function addOperationRoutes(app: FastifyInstance, service: Service): void {
  const open = { config: { isOpen: true }, logLevel: 'warn' as const }; // a probe each second would fill the log
  const health = { summary: 'Whether the process is alive', response: STATUS };
  app.get('/healthz', { ...open, schema: health }, async () => ({ status: 'ok' }));
  const ready = { summary: 'Whether the service takes requests', response: STATUS };
  app.get('/readyz', { ...open, schema: ready }, async () => {
    if (service.inFlight.isClosing) throw new ServiceError(503, 'The service is shutting down');
    return { status: 'ok' };
  });
  if (service.settings.metrics) addMetrics(app, new Metrics(service.models));
  if (service.settings.openapi) {
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  }
}

function addMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) => {
    metrics.observe({ method, route: url ?? 'none', status: statusCode, seconds: elapsedTime / 1000 });
  });
  const schema = { summary: 'The figures of the service, for Prometheus', produces: ['text/plain'] };
  app.get('/metrics', { schema, logLevel: 'warn' }, async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
