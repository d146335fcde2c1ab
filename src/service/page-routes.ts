import type { FastifyInstance } from 'fastify';
import { browserScript } from '../report/browser-script';
import { exampleOf } from './model-example';
import { metricsOf } from './model-metrics';
import { PAGE_POLICY, PAGE_STYLE, renderPage } from './page';
import type { Service } from './service';

/** Adds the page, which has no data, and the routes that only it needs. */
export function addPageRoutes(app: FastifyInstance, { models, settings }: Service): void {
  const files = [
    { path: '/', type: 'text/html; charset=utf-8', content: renderPage(settings) },
    { path: '/page/style.css', type: 'text/css; charset=utf-8', content: PAGE_STYLE },
    { path: '/page/vega.js', type: 'text/javascript; charset=utf-8', content: browserScript('report', 'vega.js') },
    { path: '/page/page.js', type: 'text/javascript; charset=utf-8', content: browserScript('service', 'page.js') },
  ];
  for (const { path, type, content } of files) {
    // With the slash, below which the page's own addresses are.
    const route = { config: { isOpen: true }, schema: { hide: true }, prefixTrailingSlash: 'slash' as const };
    app.get(path, route, async (_, reply) =>
      reply
        .header('content-security-policy', PAGE_POLICY)
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .type(type)
        .send(content),
    );
  }
  app.get<{ Params: { name: string } }>(
    '/models/:name/metrics',
    { schema: { hide: true }, logLevel: 'warn' },
    async (request) => metricsOf(models.named(request.params.name)),
  );
  app.get<{ Params: { name: string } }>('/models/:name/example', { schema: { hide: true } }, async (request) =>
    exampleOf(models.named(request.params.name)),
  );
}
