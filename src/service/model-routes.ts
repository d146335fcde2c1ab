import type { FastifyInstance } from 'fastify';
import { ANSWERS } from './answers';
import type { Schema } from './field';
import { preferred } from './media-type';
import { ServiceError } from './problem';
import type { Service } from './service';

const TYPES = { png: 'image/png', json: 'application/json' } as const;

/** Adds the routes that ask models. */
export function addModelRoutes(app: FastifyInstance, service: Service): void {
  const { settings, inFlight } = service;
  const common = { bodyLimit: settings.maxBodyBytes };

  app.get('/models', { schema: { summary: 'List the models', response: models() } }, async () => ({
    models: service.list(),
  }));

  const forecast = {
    summary: 'Forecast series past their end',
    body: service.forecastRequests.schema,
    response: { 200: ANSWERS.ForecastAnswer, ...PROBLEMS },
  };
  app.post('/forecast', { ...common, schema: forecast }, ({ body }, reply) =>
    inFlight.answer(reply.raw, (signal) => service.forecast(body, signal)),
  );

  const sample = {
    summary: 'Draw images',
    body: service.sampleRequests.schema,
    response: { 200: { description: 'The images', content: pictureOrJson() }, ...PROBLEMS },
  };
  app.post('/sample', { ...common, schema: sample }, async ({ body, headers: { accept } }, reply) => {
    const request = service.sampleRequests.read(body);
    const format = request.format ?? formatFor(accept);
    const answer = await inFlight.answer(reply.raw, (signal) => service.sample(request, format, signal));
    return reply.type(TYPES[format]).send(answer instanceof Uint8Array ? Buffer.from(answer) : answer);
  });
}

/** What a route answers instead of a result. */
const PROBLEMS = { '4xx': problem(), '5xx': problem() };

function problem() {
  return { description: 'A problem', content: { 'application/problem+json': { schema: ANSWERS.Problem! } } };
}

function models(): Record<string, Schema> {
  return {
    200: { type: 'object', properties: { models: { type: 'array', items: ANSWERS.ModelAnswer! } } },
    ...PROBLEMS,
  };
}

function pictureOrJson() {
  return {
    [TYPES.png]: { schema: { type: 'string', format: 'binary' } },
    [TYPES.json]: { schema: ANSWERS.SampleAnswer! },
  };
}

/** @throws ServiceError, status 406, for a client that accepts neither */
function formatFor(accept: string | undefined): 'png' | 'json' {
  const type = preferred(accept, Object.values(TYPES));
  if (type) return type === TYPES.png ? 'png' : 'json';
  throw new ServiceError(406, `Expected the header Accept to allow ${Object.values(TYPES).join(' or ')}`);
}
