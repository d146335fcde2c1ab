// POST /forecast { "values": [...], "horizon": 12 } answers with quantiles; GET /digits.png?seed=1 draws digits.
import Fastify from 'fastify';
import {
  drawImages,
  encodeGrid,
  LibtorchGenerativeError,
  loadForecaster,
  loadGenerator,
  pathQuantiles,
  setNumThreads,
} from 'libtorch-generative';

setNumThreads(1); // the operators behind one request are small
const { forecaster } = loadForecaster('runs/co2');
const { generator, settings } = loadGenerator('runs/digits');
const app = Fastify();

interface ForecastRequest {
  values: (number | null)[];
  horizon: number;
  seed: number;
}

const body = {
  type: 'object',
  required: ['values'],
  properties: {
    values: { type: 'array', maxItems: 10_000, items: { type: ['number', 'null'] } },
    horizon: { type: 'integer', minimum: 1, maximum: 100, default: 12 },
    seed: { type: 'integer', default: 0 },
  },
};

app.post<{ Body: ForecastRequest }>('/forecast', { schema: { body } }, async ({ body: { values, horizon, seed } }) => {
  const paths = await forecaster.paths({ values }, { horizon, paths: 200, seed });
  const [low, median, high] = pathQuantiles(paths, horizon, [0.1, 0.5, 0.9]).map((quantile) => [...quantile]);
  return { low, median, high };
});

const querystring = { type: 'object', properties: { seed: { type: 'integer', default: 0 } } };

app.get<{ Querystring: { seed: number } }>('/digits.png', { schema: { querystring } }, async ({ query }, reply) => {
  const { height, width } = settings;
  const { images } = await drawImages(generator, { count: 16, height, width, seed: query.seed });
  return reply.type('image/png').send(Buffer.from(encodeGrid(images, { height, width, range: [0, 255] })));
});

// What the caller has caused: a series without a value, for example.
app.setErrorHandler((error, _, reply) => {
  if (!(error instanceof LibtorchGenerativeError)) return reply.send(error);
  return reply.status(400).send({ code: error.code, message: error.message });
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
