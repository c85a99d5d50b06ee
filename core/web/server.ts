import fastifyStatic from '@fastify/static';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Host } from '#core/host.ts';
import { assert } from '#core/lib/assert.ts';
import type { Door } from '#core/router.ts';
import type { SessionsPort } from '#core/sessions/port.ts';
import { SECURITY_HEADERS, sessionCookie, sessionIdOf, turnedAway } from './guard-domain.ts';
import { openApiDocument } from './openapi.ts';
import { createSockets } from './sockets.ts';

/** Largest body of a call, bytes: a contract master fits. */
const CALL_BODY_MAX = 160 * 1024 * 1024;
/** Largest body of the two session requests, bytes. */
const SESSION_BODY_MAX = 1024;
/** Connections at a time, screens and tools together. */
const CONNECTIONS_MAX = 128;
const HEADERS_TIMEOUT_MS = 10_000;
const LOOPBACK = '127.0.0.1';

export interface WebDeps {
  readonly router: Door;
  readonly sessions: SessionsPort;
  readonly host: Pick<Host, 'now' | 'every' | 'log' | 'paths'>;
}
export interface WebOptions {
  /** 0 lets the system choose. */
  readonly port: number;
}
export interface Web {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** HTTP and WebSocket on loopback: the router under `/rpc` (oRPC) and `/api` (OpenAPI), and the screen. */
export async function startWeb(deps: WebDeps, options: WebOptions): Promise<Web> {
  const app = fastify({ bodyLimit: SESSION_BODY_MAX, requestTimeout: 0, forceCloseConnections: true });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  let port = 0;
  const sockets = createSockets({ ...deps, port: () => port });
  app.server.on('upgrade', (request, socket, head) => {
    if (request.url === '/ws') sockets.upgrade(request, socket, head);
    else socket.destroy();
  });

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    const why = turnedAway(request.headers, port);
    if (why !== null) await reply.code(403).send({ reason: why });
  });
  app.get('/health', async () => ({ ok: true }));
  sessionRoutes(app, deps, () => port);
  await app.register(async (calls) => callRoutes(calls, deps, () => port));
  if (deps.host.paths.screen !== null) {
    await app.register(fastifyStatic, {
      root: deps.host.paths.screen,
      cacheControl: false,
      index: ['index.html'],
    });
  }

  await app.listen({ host: LOOPBACK, port: options.port });
  const address = app.server.address();
  assert(typeof address === 'object' && address !== null, 'a listening server has an address');
  port = address.port;
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    close: async () => {
      await sockets.close();
      await app.close();
    },
  };
}

function sessionRoutes(app: FastifyInstance, { sessions, host }: WebDeps, port: () => number): void {
  app.post('/session', async (request, reply) => {
    const token = tokenOf(request.body);
    if (token === null)
      return reply.code(400).send({ reason: 'token-missing', text: 'Send {"token": "..."}.' });
    const opened = sessions.open(token);
    if (!opened.ok) return reply.code(401).send(opened.refusal);
    const { id, by, expiresAtMs } = opened.value;
    return reply
      .header('set-cookie', sessionCookie(id, port(), expiresAtMs - host.now()))
      .send({ by, expiresAtMs });
  });
  app.delete('/session', async (request, reply) => {
    const id = sessionIdOf(request.headers, port());
    const ended = id !== null && sessions.end(id);
    return reply.header('set-cookie', sessionCookie(null, port(), 0)).send({ ended });
  });
}

function callRoutes(app: FastifyInstance, deps: WebDeps, port: () => number): void {
  // The handlers read the body themselves, within their own bound.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const plugins = [new BodyLimitPlugin<{ sessionId: string | null }>({ maxBodySize: CALL_BODY_MAX })];
  const rpc = new RPCHandler(deps.router, { plugins });
  const openApi = new OpenAPIHandler(deps.router, { plugins });
  const answer =
    (handler: typeof rpc | typeof openApi, prefix: `/${string}`) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      reply.hijack();
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) reply.raw.setHeader(name, value);
      const context = { sessionId: sessionIdOf(request.headers, port()) };
      const { matched } = await handler.handle(request.raw, reply.raw, { prefix, context });
      if (matched) return;
      reply.raw.writeHead(404, { 'content-type': 'application/json' });
      reply.raw.end(JSON.stringify({ reason: 'no-such-call', text: 'There is no such call.' }));
    };
  app.get('/api/openapi.json', async (request, reply) => {
    const id = sessionIdOf(request.headers, port());
    if (id === null || deps.sessions.find(id) === null) return reply.code(401).send({ reason: 'no-session' });
    return reply.send(await openApiDocument(deps.router));
  });
  app.all('/rpc/*', answer(rpc, '/rpc'));
  app.all('/api/*', answer(openApi, '/api'));
}

function tokenOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('token' in body)) return null;
  return typeof body.token === 'string' && body.token !== '' ? body.token : null;
}
