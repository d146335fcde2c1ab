import type { FastifyInstance } from 'fastify';
import { optionalPackage } from '../optional-package';
import { packageVersion } from '../version';
import { addModelRoutes } from './model-routes';
import { addOperationRoutes } from './operation-routes';
import { readServiceOptions, type ServiceOptions } from './options';
import { addPageRoutes } from './page-routes';
import { problemOf } from './problem';
import { Service } from './service';
import { tokenCheck } from './token';

/** Loads the models of a service, whose events go to the application's log. */
export function openService(app: FastifyInstance, options: ServiceOptions): Service {
  return new Service(readServiceOptions(options), {
    onReload: (name, checksum) => app.log.info({ model: name, checksum }, 'A newer model is in use'),
    onError: (name, err) => app.log.error({ model: name, err }, 'A newer model cannot be loaded: the old one stays'),
  });
}

/** Adds a service's routes to a part of an application. */
export async function addService(app: FastifyInstance, service: Service): Promise<void> {
  const { token, openapi, page } = service.settings;
  app.addHook('preClose', async () => service.inFlight.close());
  app.addHook('onClose', () => service.models.close());
  app.removeContentTypeParser('text/plain'); // only JSON is read
  app.setValidatorCompiler(() => () => true); // the service checks by itself: its messages name the field
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error }, problem.detail);
    if (problem.status === 503) reply.header('retry-after', '1');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });
  if (token !== undefined) requireToken(app, token);
  if (openapi && !app.hasDecorator('swagger')) await describe(app, token !== undefined);
  addOperationRoutes(app, service);
  addModelRoutes(app, service);
  if (page) addPageRoutes(app, service);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a route of this package answers without a token. */
    isOpen?: boolean;
  }
}

function requireToken(app: FastifyInstance, token: string): void {
  const check = tokenCheck(token);
  app.addHook('onRequest', async ({ routeOptions, headers }) => {
    if (!routeOptions.config.isOpen) check(headers.authorization);
  });
}

/** Lets @fastify/swagger collect the routes that are added from here on. */
async function describe(app: FastifyInstance, hasToken: boolean): Promise<void> {
  const bearer = { bearer: { type: 'http' as const, scheme: 'bearer' } };
  await app.register(optionalPackage('@fastify/swagger'), {
    openapi: {
      openapi: '3.0.3',
      info: { title: 'libtorch-generative', version: packageVersion(), description: 'Trained models, served.' },
      ...(hasToken && { components: { securitySchemes: bearer }, security: [{ bearer: [] }] }),
    },
  });
}
