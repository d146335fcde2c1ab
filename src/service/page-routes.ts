import type { FastifyInstance } from 'fastify';
import type { Service } from './service';
export function addPageRoutes(_app: FastifyInstance, _service: Service): void {}
