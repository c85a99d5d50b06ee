import { ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';

/** What came of one call. */
export type Said =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly error: ORPCError<string, unknown> }
  | { readonly kind: 'silent'; readonly why: string };

/** One way to show who calls; nothing for nobody. */
export type Shown = { readonly authorization?: string; readonly 'x-api-key'?: string };

/** Plain HTTP on this machine only; elsewhere nobody on the way may read along. Null when it is no such address. */
export function deskUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, origin } = new URL(text);
  const here = hostname === '127.0.0.1' || hostname === 'localhost';
  return protocol === 'https:' || (protocol === 'http:' && here) ? origin : null;
}

/** Makes a call by its path, as `positions.list`. A stream answers as soon as it is open. */
export async function say(url: string, shown: Shown, call: string, input: unknown): Promise<Said> {
  const link = new RPCLink({ url: `${url}/rpc`, headers: { ...shown } });
  try {
    return { kind: 'answered', value: await link.call(call.split('.'), input, { context: {} }) };
  } catch (error) {
    return failed(error);
  }
}

/** What an error means, also in the middle of a stream. */
export function failed(error: unknown): Exclude<Said, { kind: 'answered' }> {
  if (isCallError(error)) return { kind: 'refused', error };
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return { kind: 'silent', why: `${error instanceof Error ? error.message : String(error)}${cause}` };
}

function isCallError(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError;
}

/** The refusal's name; empty when it has none. */
export function reasonOf({ data }: ORPCError<string, unknown>): string {
  if (typeof data !== 'object' || data === null || !('reason' in data)) return '';
  return typeof data.reason === 'string' ? data.reason : '';
}
