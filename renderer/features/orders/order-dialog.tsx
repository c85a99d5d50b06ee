import { useState } from 'react';
import { istTime, istTimestamp } from '#core/model/market-clock.ts';
import { formatE4, parseE4 } from '#core/model/price.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import type { TransactionShown } from '#core/trades/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Figure } from '#renderer/look/figures.tsx';
import { price, quantity, words } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';

const OPEN: ReadonlySet<OrderShown['status']> = new Set<OrderShown['status']>([
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
]);

/** One order with all that is known of it; from here it is changed or cancelled. */
export function OrderDialog({
  order,
  onClose,
}: {
  readonly order: OrderShown;
  readonly onClose: () => void;
}) {
  const seen = useQuery(`order ${order.orderId}`, {
    ask: (calls) => calls.trades.details({ orderId: order.orderId }),
    changedBy: new Set([
      'order-filled',
      'order-canceled',
      'order-replaced',
      'request-refused',
      'order-in-doubt',
    ]),
    everyMs: 2_000,
  });
  const now = 'value' in seen ? (seen.value?.order ?? order) : order;
  return (
    <Dialog
      title={`${now.side.toUpperCase()} ${quantity(now.quantity)} ${now.instrumentId} · ${now.account}`}
      wide
      onClose={onClose}
    >
      <Trust seen={seen} what="this order’s history" />
      <div className="figures">
        <Figure label="status" value={words(now.status)} />
        <Figure label="filled" value={`${quantity(now.filledQuantity)} of ${quantity(now.quantity)}`} />
        <Figure label="price" value={now.priceE4 === null ? now.type : price(now.priceE4)} />
        <Figure label="exchange order" value={now.exchangeOrderId ?? 'none yet'} />
        <Figure label="authority" value={`${words(now.evidence.authority)}, ${now.evidence.reference}`} />
        <Figure label="by" value={now.evidence.by} />
      </div>
      {now.doubt === '' ? null : (
        <p className="trust error">? IN DOUBT: {words(now.doubt)}. Neither done nor failed.</p>
      )}
      {OPEN.has(now.status) ? <Change order={now} /> : null}
      {'value' in seen && seen.value !== null ? <History of={seen.value} /> : null}
    </Dialog>
  );
}

function Change({ order }: { readonly order: OrderShown }) {
  const [units, setUnits] = useState(String(order.quantity));
  const [limit, setLimit] = useState(order.priceE4 === null ? '' : formatE4(order.priceE4));
  const [reason, setReason] = useState('');
  const change = useCommand<unknown>();
  const cancel = useCommand<unknown>();
  const priceE4 = parseE4(limit);
  const wanted = Number(units);
  const valid =
    priceE4 !== null && priceE4 > 0 && Number.isInteger(wanted) && wanted > 0 && wanted <= order.quantity;
  return (
    <>
      <form
        className="row-of-fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (priceE4 === null || !valid) return;
          void change.run((calls) =>
            calls.trades.modify({ orderId: order.orderId, quantity: wanted, priceE4 }),
          );
        }}
      >
        <label className="field">
          <span>Total quantity (never more than {quantity(order.quantity)})</span>
          <input inputMode="numeric" value={units} onChange={(event) => setUnits(event.target.value)} />
        </label>
        <label className="field">
          <span>Limit price</span>
          <input inputMode="decimal" value={limit} onChange={(event) => setLimit(event.target.value)} />
        </label>
        <button type="submit" className="primary" disabled={!valid || change.doing.state === 'asked'}>
          Change order
        </button>
      </form>
      <Outcome doing={change.doing} done="Asked. The order changes when the exchange says so." />
      <form
        className="row-of-fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === '') return;
          void cancel.run((calls) => calls.trades.cancel({ orderId: order.orderId, reason }));
        }}
      >
        <label className="field">
          <span>Reason to cancel</span>
          <input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
        </label>
        <button
          type="submit"
          className="grave"
          disabled={reason.trim() === '' || cancel.doing.state === 'asked'}
        >
          Cancel order
        </button>
      </form>
      <Outcome
        doing={cancel.doing}
        done="Asked. It may still fill until the exchange says that it is gone."
      />
    </>
  );
}

function History({ of }: { readonly of: TransactionShown }) {
  return (
    <div className="list">
      <h3>Trades</h3>
      {of.trades.length === 0 ? <p className="dim">none known</p> : null}
      {of.trades.map((trade) => (
        <div key={trade.seq} className="facts-line">
          <span className="mono">{istTime(trade.tradedAtMs)}</span>
          <span className={trade.state === 'counted' ? '' : 'bad'}>{trade.state}</span>
          <span>
            {quantity(trade.quantity)} at {price(trade.priceE4)} · trade {trade.tradeId} · via{' '}
            {words(trade.via)}
          </span>
        </div>
      ))}
      <h3>Facts</h3>
      {of.facts.map((fact) => (
        <div key={fact.seq} className="facts-line">
          <span className="mono dim" title={istTimestamp(fact.atMs)}>
            {istTime(fact.atMs)} #{fact.seq}
          </span>
          <span />
          <span>{words(fact.kind)}</span>
        </div>
      ))}
      <h3>On the wire</h3>
      {of.messages.map((message) => (
        <div key={message.seq} className="facts-line">
          <span className="mono dim">{istTime(message.atMs)}</span>
          <span>{message.direction === 'sent' ? '→ sent' : '← got'}</span>
          <span className="mono wire">{message.raw.replaceAll('\u0001', ' | ')}</span>
        </div>
      ))}
    </div>
  );
}
