import type { IncomingMessage } from 'node:http';
import fastifyStatic from '@fastify/static';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { RPCHandler } from '@orpc/server/node';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { CallContext } from '#core/door.ts';
import { assert } from '#core/lib/assert.ts';
import type { Origin } from '#core/sessions/port.ts';
import type { OwnCertificate } from './certificate.ts';
import { climbs, credentialOf, sessionCookie, turnedAway, type Place } from './guard-domain.ts';
import { securityHeaders } from './headers-domain.ts';
import { BODY_MAX, callsOf, type KnownCall, type Limits } from './limits.ts';
import { openApiDocument } from './openapi.ts';
import { plainAddress } from './rate-domain.ts';
import { refusedBody, statusOf, type WebReason } from './refusal-domain.ts';
import type { WebDeps } from './deps.ts';
import type { Sockets } from './sockets.ts';

/** Connections at a time to one listener, screens and tools together. */
const CONNECTIONS_MAX = 128;
const HEADERS_TIMEOUT_MS = 10_000;
/** Until the last byte of a body is in. */
const REQUEST_TIMEOUT_MS = 120_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly known?: KnownCall;
  }
}

export interface ListenerDeps extends WebDeps {
  readonly limits: Limits;
  readonly sockets: Sockets;
  /** Where this one listens; asked only when it does. */
  readonly place: () => Place;
  /** Null on loopback: plain HTTP. */
  readonly certificate: OwnCertificate | null;
}

/** One HTTP or HTTPS server with all routes: calls under `/rpc` (oRPC) and `/api` (OpenAPI), `/ws`, the screen. */
export async function createListener(deps: ListenerDeps) {
  const app = bareServer(deps);
  app.addHook('onRequest', async (request, reply) => {
    const reason = await refusalOf(deps, request, reply);
    if (reason !== null) await turnAway(deps, request, reply, reason);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const reason = reasonOf(error);
    if (reason !== null) return await turnAway(deps, request, reply, reason);
    deps.host.log.error('a web request failed', {
      why: error instanceof Error ? error.message : String(error),
    });
    return await reply.code(500).send();
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send(refusedBody('no-such-call', request.url)));
  app.get('/health', async () => ({ ok: true }));
  documentRoutes(app, deps);
  callRoutes(app, deps);
  if (deps.host.paths.screen !== null) {
    await app.register(fastifyStatic, {
      root: deps.host.paths.screen,
      cacheControl: false,
      index: ['index.html'],
    });
  }
  return app;
}

type Server = ReturnType<typeof bareServer>;

function bareServer(deps: ListenerDeps) {
  const { certificate, sockets, place } = deps;
  const scheme = certificate === null ? 'http' : 'https';
  const app = fastify({
    // Null makes it plain.
    https:
      certificate === null ? null : { cert: certificate.cert, key: certificate.key, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    // A path that can not be decoded meets no hook.
    frameworkErrors: (_error, { raw }, reply) => {
      const reason = climbs(raw.url ?? '') ? 'path-climbs' : 'no-such-call';
      const origin = originOf(raw);
      if (reason === 'path-climbs') deps.refused({ call: 'none', origin, reason });
      reply.hijack();
      reply.raw.writeHead(statusOf(reason), {
        ...securityHeaders(scheme),
        'content-type': 'application/json',
      });
      reply.raw.end(JSON.stringify(refusedBody(reason, raw.url ?? '')));
    },
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  app.server.on('upgrade', (request, socket, head) => {
    sockets.upgrade(place(), request, socket, head).catch((error: unknown) => {
      deps.host.log.error('a socket could not be opened', { why: String(error) });
      socket.destroy();
    });
  });
  // Calls take JSON, or nothing at all.
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null);
    else void parse(request, String(body), done);
  });
  return app;
}

/** Why a request is turned away before anything of it is read; null when it may go on. */
async function refusalOf(
  deps: ListenerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<WebReason | null> {
  const place = deps.place();
  reply.raw.setHeaders(new Map(Object.entries(securityHeaders(place.scheme))));
  if (climbs(request.raw.url ?? '')) return 'path-climbs';
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  const turned = turnedAway(request.headers, place, changes);
  if (turned !== null) return turned;
  const { known } = request.routeOptions.config;
  const origin = originOf(request.raw);
  const waitMs = deps.limits.call(origin) || (known?.guess === true ? deps.limits.guess(origin) : 0);
  if (waitMs > 0) {
    reply.raw.setHeader('retry-after', Math.ceil(waitMs / 1_000));
    return 'too-many-requests';
  }
  const carried = credentialOf(request.headers, place);
  if (!carried.ok) return carried.refusal;
  if (known === undefined || known.bodyMax <= BODY_MAX || !mayBeLarge(request)) return null;
  // Memory is not spent on the files of strangers.
  const live = carried.value !== null && (await deps.live(carried.value));
  return live ? null : 'body-too-large';
}

function mayBeLarge({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > BODY_MAX;
}

async function turnAway(
  deps: ListenerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: WebReason,
): Promise<void> {
  // What was asked, as we name it: a stranger's own words are not written down.
  const { config, url = 'none' } = request.routeOptions;
  deps.refused({ call: config.known?.call ?? url, origin: originOf(request.raw), reason });
  await reply.code(statusOf(reason)).send(refusedBody(reason, request.url));
}

/** What fastify found wrong with a body, in our words; null when it is a bug of ours. */
function reasonOf(error: unknown): WebReason | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  if (error.statusCode === 413) return 'body-too-large';
  return error.statusCode === 400 || error.statusCode === 415 ? 'not-json' : null;
}

function originOf(request: IncomingMessage): Origin {
  return { wire: 'http', address: plainAddress(request.socket.remoteAddress) };
}

function documentRoutes(app: Server, deps: ListenerDeps): void {
  // Made once, when it is first asked for: the contract does not change while the desk runs.
  let document: Promise<object> | null = null;
  for (const path of ['/openapi.json', '/api/openapi.json']) {
    app.get(path, async (request, reply) => {
      const carried = credentialOf(request.headers, deps.place());
      const live = carried.ok && carried.value !== null && (await deps.live(carried.value));
      if (!live) return await turnAway(deps, request, reply, 'no-session');
      document ??= openApiDocument(deps.router, deps.desk, deps.place());
      return await reply.send(await document);
    });
  }
}

function callRoutes(app: Server, deps: ListenerDeps): void {
  const faces = [
    { prefix: '/rpc', handler: new RPCHandler(deps.router) },
    { prefix: '/api', handler: new OpenAPIHandler(deps.router) },
  ] as const;
  const calls = callsOf(deps.router);
  for (const { prefix, handler } of faces) {
    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const context = contextOf(deps, request, reply);
      reply.hijack();
      // The handler takes what is parsed already.
      if (request.body !== undefined) Object.assign(request.raw, { body: request.body });
      const { matched } = await handler.handle(request.raw, reply.raw, { prefix, context });
      assert(matched, 'a call that has a route has a handler');
    };
    for (const known of calls) {
      const path = `${prefix}/${known.call.replaceAll('.', '/')}`;
      app.post(path, { config: { known }, bodyLimit: known.bodyMax }, answer);
    }
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: `${prefix}/*`,
      handler: (request, reply) =>
        reply.header('allow', 'POST').code(405).send(refusedBody('post-only', request.url)),
    });
  }
}

function contextOf(deps: ListenerDeps, request: FastifyRequest, reply: FastifyReply): CallContext {
  const place = deps.place();
  const carried = credentialOf(request.headers, place);
  assert(carried.ok, 'a request with an unreadable credential was turned away');
  return {
    origin: originOf(request.raw),
    credential: () => carried.value,
    carry: (secret, lifeMs) => {
      assert(!reply.raw.headersSent, 'a session is carried before its answer starts');
      reply.raw.setHeader('set-cookie', sessionCookie(secret, place, lifeMs));
    },
  };
}
