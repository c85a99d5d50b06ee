import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { Door } from '#core/router.ts';
import { cookieName, type Place } from './guard-domain.ts';
import { callsOf } from './limits.ts';

/**
 * What the calls under `/api` are, for scripts in any language: OpenAPI 3.1, made from the contract. Every call but
 * the public ones takes one of three credentials. The cookie's name is that of the place that is asked.
 */
export async function openApiDocument(router: Door, desk: string, place: Place): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(router, {
    info: { title: `Lifeboat desk ${desk}`, version: '1' },
    servers: [{ url: '/api' }],
    security: [{ cookie: [] }, { bearer: [] }, { apiKey: [] }],
    components: {
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: cookieName(place) },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  });
  const open = new Set(callsOf(router).flatMap(({ call, open: isOpen }) => (isOpen ? [call] : [])));
  for (const path of Object.values(document.paths ?? {})) {
    const call = path?.post;
    if (call?.operationId !== undefined && open.has(call.operationId)) call.security = [];
  }
  return document;
}
