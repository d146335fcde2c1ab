import type { FastifyInstance } from 'fastify';
import { checkInstalled, optionalPackage } from '../optional-package';
import { addService, openService } from './add-service';
import type { ServiceOptions } from './options';
import { problemOf, ServiceError } from './problem';
import type { Service } from './service';

/** Options of a server that has nothing but a service. */
export interface ServerOptions extends ServiceOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  /** Of Fastify's log, which goes to stdout as lines of JSON. */
  logLevel: string;
}

/** A service that listens. */
export interface Server {
  /** Where it listens. */
  url: string;
  /** Refuses further requests, answers those in flight, then frees the models. */
  close(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws ERR_NOT_INSTALLED if a package that it needs is not there, and as the plugin
 */
export async function startServer({ host, port, logLevel, ...options }: ServerOptions): Promise<Server> {
  checkInstalled('fastify', '@fastify/swagger', 'prom-client');
  const { fastify } = optionalPackage('fastify');
  // Once all is answered, a connection that a browser keeps open must not keep the process.
  const app = fastify({ logger: { level: logLevel }, forceCloseConnections: true }) as unknown as FastifyInstance;
  app.setNotFoundHandler(({ method, url }, reply) => {
    const problem = problemOf(new ServiceError(404, `There is no ${method} ${url}`));
    return reply.status(404).type('application/problem+json').send(JSON.stringify(problem));
  });
  const service = openService(app, options);
  await app.register((scope) => addService(scope, service));
  const url = await app.listen({ host, port });
  return { url, close: () => close(app, service) };
}

/** Answers what is in flight while it still listens, so that who asks /readyz hears that it is closing. */
async function close(app: FastifyInstance, { inFlight }: Service): Promise<void> {
  inFlight.close();
  await inFlight.settled();
  await app.close();
}
