/** Why the web door itself turns something away, before or beside any service. */
export type WebReason =
  | 'host-not-ours'
  | 'foreign-origin'
  | 'foreign-site'
  | 'no-origin'
  | 'path-climbs'
  | 'two-credentials'
  | 'credential-unreadable'
  | 'too-many-requests'
  | 'too-many-sockets'
  | 'sign-in-timeout'
  | 'body-too-large'
  | 'not-json'
  | 'post-only'
  | 'no-such-call'
  | 'no-session';

interface Said {
  readonly status: number;
  /** As oRPC names the status. */
  readonly code: string;
  readonly text: string;
}

const SAID: Readonly<Record<WebReason, Said>> = {
  'host-not-ours': said(403, 'FORBIDDEN', 'This desk does not answer under that name.'),
  'foreign-origin': said(403, 'FORBIDDEN', 'A page of another origin may not call this desk.'),
  'foreign-site': said(403, 'FORBIDDEN', 'A page of another site may not call this desk.'),
  'no-origin': said(403, 'FORBIDDEN', 'A cookie alone changes nothing: send Origin, or x-lifeboat: 1.'),
  'path-climbs': said(403, 'FORBIDDEN', 'That path leads out of what this desk serves.'),
  'two-credentials': said(400, 'BAD_REQUEST', 'Send one credential: a cookie, a token or a key.'),
  'credential-unreadable': said(400, 'BAD_REQUEST', 'Authorization takes Bearer with a token or a key.'),
  'too-many-requests': said(429, 'TOO_MANY_REQUESTS', 'Too many requests from this address; wait a little.'),
  'too-many-sockets': said(503, 'SERVICE_UNAVAILABLE', 'Too many sockets are open.'),
  'sign-in-timeout': said(401, 'UNAUTHORIZED', 'Nobody signed in on this socket in time.'),
  'body-too-large': said(413, 'PAYLOAD_TOO_LARGE', 'That is larger than this call takes.'),
  'not-json': said(415, 'UNSUPPORTED_MEDIA_TYPE', 'Calls take JSON, with content-type: application/json.'),
  'post-only': said(405, 'METHOD_NOT_SUPPORTED', 'Calls are made by POST.'),
  'no-such-call': said(404, 'NOT_FOUND', 'There is no such call.'),
  'no-session': said(401, 'UNAUTHORIZED', 'Sign in first: there is no live session.'),
};

function said(status: number, code: string, text: string): Said {
  return { status, code, text };
}

export function statusOf(reason: WebReason): number {
  return SAID[reason].status;
}

/** In the shape of every other refused call, so that a client reads one shape: `reason` lies in `data`. */
export function refusedCall(reason: WebReason) {
  const { status, code, text } = SAID[reason];
  return { defined: false, code, status, message: text, data: { reason, text } };
}

/** The body for a path: the calls under `/rpc` wrap theirs. */
export function refusedBody(reason: WebReason, path: string): object {
  const body = refusedCall(reason);
  return path.startsWith('/rpc/') ? { json: body } : body;
}
