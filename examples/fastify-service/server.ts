// POST /forecast { "values": [...], "horizon": 12 } answers with quantiles; POST /sample draws digits; GET / is a page.
import Fastify from 'fastify';
import { modelService } from 'libtorch-generative/fastify';

const app = Fastify();
await app.register(modelService, { runs: ['runs/co2', 'runs/digits'] });
await app.listen({ port: Number(process.env.PORT ?? 3000) });
