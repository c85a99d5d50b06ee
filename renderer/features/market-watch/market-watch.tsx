import { useEffect, useState } from 'react';
import { z } from 'zod';
import { InstrumentId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istTime } from '#core/model/market-clock.ts';
import { deskNow } from '#renderer/api/desk.ts';
import { useQuery } from '#renderer/api/query.ts';
import { followQuotes, useQuote } from '#renderer/api/quotes.ts';
import { duration, price, quantity } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { useNow } from '#renderer/look/ticking.ts';

const STORED_UNDER = 'lifeboat-market-watch';
const WATCHED_MAX = 50;
/** A quote older than this is told as old. */
const OLD_MS = 5_000;
const FOUND_SHOWN = 20;
const NO_FACTS = new Set<never>();

/** Live prices of the contracts that a dealer chose; kept on this workstation. */
export function MarketWatch() {
  const [watched, setWatched] = useState<readonly InstrumentId[]>(stored);
  const [text, setText] = useState('');
  const keep = (next: readonly InstrumentId[]): void => {
    setWatched(next);
    localStorage.setItem(STORED_UNDER, JSON.stringify(next));
  };
  useEffect(() => followQuotes(watched), [watched]);
  return (
    <section className="view" aria-label="Market watch">
      <div className="view-bar">
        <label className="filter">
          Add a contract
          <input
            data-filter
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {text.trim().length < 2 ? null : (
          <Found
            text={text.trim()}
            onAdd={(id) => {
              keep([...new Set([...watched, id])].slice(-WATCHED_MAX));
              setText('');
            }}
          />
        )}
      </div>
      <div className="list">
        <table className="plain">
          <thead>
            <tr>
              <th>Contract</th>
              <th className="numeric">Bid qty</th>
              <th className="numeric">Bid</th>
              <th className="numeric">Ask</th>
              <th className="numeric">Ask qty</th>
              <th className="numeric">Last</th>
              <th>As of</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {watched.map((id) => (
              <Watched key={id} id={id} onRemove={() => keep(watched.filter((other) => other !== id))} />
            ))}
          </tbody>
        </table>
        {watched.length === 0 ? <p className="dim">No contract is watched yet.</p> : null}
      </div>
    </section>
  );
}

function Found({ text, onAdd }: { readonly text: string; readonly onAdd: (id: InstrumentId) => void }) {
  const seen = useQuery(`contracts ${text}`, {
    ask: (calls) => calls.instruments.search({ text, limit: FOUND_SHOWN }),
    changedBy: NO_FACTS,
  });
  return (
    <>
      <Trust seen={seen} what="contracts" />
      {'value' in seen ? (
        <span className="actions">
          {seen.value.length === 0 ? <span className="dim">no such contract</span> : null}
          {seen.value.map((found: Instrument) => (
            <button key={found.instrumentId} type="button" onClick={() => onAdd(found.instrumentId)}>
              {found.instrumentId}
            </button>
          ))}
        </span>
      ) : null}
    </>
  );
}

function Watched({ id, onRemove }: { readonly id: InstrumentId; readonly onRemove: () => void }) {
  const quote = useQuote(id);
  useNow();
  const ageMs = quote === undefined ? 0 : deskNow() - quote.atMs;
  const side = (e4: number): string => (e4 === 0 ? 'none' : price(e4));
  return (
    <tr>
      <td>
        <strong>{id}</strong>
      </td>
      {quote === undefined ? (
        <td colSpan={6} className="bad">
          no price yet
        </td>
      ) : (
        <>
          <td className="numeric">{quantity(quote.bidQuantity)}</td>
          <td className="numeric buy">{side(quote.bidE4)}</td>
          <td className="numeric sell">{side(quote.askE4)}</td>
          <td className="numeric">{quantity(quote.askQuantity)}</td>
          <td className="numeric">{side(quote.lastE4)}</td>
          <td className={ageMs > OLD_MS ? 'warn' : 'dim'}>
            {istTime(quote.atMs)} {ageMs > OLD_MS ? `⚠ OLD ${duration(ageMs)}` : ''}
          </td>
        </>
      )}
      <td>
        <button type="button" className="quiet" onClick={onRemove} aria-label={`Stop watching ${id}`}>
          Remove
        </button>
      </td>
    </tr>
  );
}

function stored(): readonly InstrumentId[] {
  try {
    return z.array(InstrumentId).parse(JSON.parse(localStorage.getItem(STORED_UNDER) ?? '[]'));
  } catch {
    // Whatever another program left there is no watch list: begin with an empty one.
    return [];
  }
}
