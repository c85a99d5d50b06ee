import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { Door } from '#core/router.ts';

/** What the calls under `/api` are, for scripts in any language: OpenAPI 3.1, made from the contract. */
export function openApiDocument(router: Door): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  return generator.generate(router, {
    info: { title: 'Lifeboat desk', version: '1' },
    servers: [{ url: '/api' }],
  });
}
