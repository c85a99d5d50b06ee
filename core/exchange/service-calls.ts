import type { Host } from '#core/host.ts';
import type { Result } from '#core/lib/result.ts';
import type { InstrumentId, VenueId } from '#core/model/ids.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import type { QuoteShown } from './contract.ts';
import type { SessionRole } from './events.ts';
import type { ExchangePort } from './port.ts';

/** A screen gets new quotes at most this often. */
const QUOTES_EVERY_MS = 250;

export interface ExchangeCallsDeps {
  readonly exchange: Pick<ExchangePort, 'links' | 'quote' | 'subscribe'>;
  readonly instruments: Pick<InstrumentsPort, 'get'>;
  readonly host: Pick<Host, 'every'>;
  readonly resetSession: (
    venue: VenueId,
    session: SessionRole,
    by: string,
    reason: string,
  ) => Result<null, { readonly reason: string; readonly text: string }>;
}

/** Handlers of the exchange contract: what a person at a screen may ask of the links. */
export function createExchangeCalls(deps: ExchangeCallsDeps) {
  async function* quotes(
    input: { readonly instrumentIds: readonly InstrumentId[] },
    context: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<QuoteShown[], void, void> {
    deps.exchange.subscribe(input.instrumentIds.flatMap((id) => deps.instruments.get(id) ?? []));
    const shown = new Map<InstrumentId, number>();
    while (context.signal?.aborted !== true) {
      const changed: QuoteShown[] = [];
      for (const id of input.instrumentIds) {
        const quote = deps.exchange.quote(id);
        if (quote === null || shown.get(id) === quote.atMs) continue;
        shown.set(id, quote.atMs);
        changed.push({ ...quote });
      }
      if (changed.length > 0) yield changed;
      await pause(deps.host, QUOTES_EVERY_MS, context.signal);
    }
  }

  return {
    links: () => deps.exchange.links().map((link) => ({ ...link })),
    resetSession: (
      input: { readonly venue: VenueId; readonly session: SessionRole; readonly reason: string },
      context: { readonly by: string },
    ) => {
      const done = deps.resetSession(input.venue, input.session, context.by, input.reason);
      return done.ok ? { reset: true } : done;
    },
    quotes,
  };
}

function pause(host: Pick<Host, 'every'>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const stop = host.every(ms, end);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end);
  });
}
