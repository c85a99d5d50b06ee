import { useState } from 'react';
import { AccountId, InstrumentId } from '#core/model/ids.ts';
import { formatE4, parseE4 } from '#core/model/price.ts';
import { Product } from '#core/model/product.ts';
import type { PositionShown } from '#core/positions/contract.ts';
import type { PlaceInput } from '#core/trades/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { EvidenceFields, noEvidence } from '#renderer/look/evidence.tsx';
import { closableWords, stillClosable } from '#renderer/look/closable.ts';
import { price, quantity } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';

type Side = 'buy' | 'sell';

interface Fields {
  readonly account: string;
  readonly instrumentId: string;
  readonly product: Product;
  readonly quantity: string;
  readonly type: 'limit' | 'market';
  readonly price: string;
  readonly timeInForce: 'DAY' | 'IOC';
}

/** One order by hand, filled in from the row under the cursor; the desk takes it only if it closes. */
export function Ticket(props: {
  readonly side: Side;
  readonly row: PositionShown | null;
  readonly onClose: () => void;
}) {
  const { side, row } = props;
  const [fields, setFields] = useState<Fields>(() => filledIn(side, row));
  const [evidence, setEvidence] = useState(noEvidence);
  const [reading, setReading] = useState(false);
  const { doing, run } = useCommand<{ readonly orderId: string }>();
  const order = parsed(fields, side, evidence);
  const change = (part: Partial<Fields>): void => {
    setFields({ ...fields, ...part });
    setReading(false);
  };
  const place = (): void => {
    if (typeof order === 'string') return;
    if (reading) void run((calls) => calls.trades.place(order));
    else setReading(true);
  };
  return (
    <Dialog title={`${side === 'buy' ? 'BUY' : 'SELL'} to close`} onClose={props.onClose}>
      <form
        className={`dialog-body ticket-${side}`}
        onSubmit={(event) => {
          event.preventDefault();
          place();
        }}
      >
        {row !== null && row.closingSide !== side ? (
          <p className="trust stale">
            ⚠ The row under the cursor is closed by{' '}
            {row.closingSide === null ? 'nothing: it is flat' : `a ${row.closingSide.toUpperCase()}`}. The
            desk refuses what opens or increases.
          </p>
        ) : null}
        <TicketFields fields={fields} change={change} closable={row === null ? null : closableWords(row)} />
        <EvidenceFields value={evidence} onChange={setEvidence} />
        {typeof order === 'string' ? <p className="dim">Missing: {order}</p> : null}
        {reading && typeof order !== 'string' ? (
          <p className="trust stale read">Read back: {inWords(order)}</p>
        ) : null}
        <Outcome
          doing={doing}
          done={
            doing.state === 'done'
              ? `Sent as ${doing.value.orderId}. It is done when the order book says so.`
              : undefined
          }
        />
        <button
          type="submit"
          className={reading ? 'grave' : 'primary'}
          disabled={typeof order === 'string' || doing.state === 'asked' || doing.state === 'done'}
        >
          {reading ? `Yes, ${side.toUpperCase()}` : 'Read back'} <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}

function TicketFields(props: {
  readonly fields: Fields;
  readonly change: (part: Partial<Fields>) => void;
  readonly closable: string | null;
}) {
  const { fields, change, closable } = props;
  const text = (name: 'account' | 'instrumentId' | 'quantity' | 'price', label: string, first = false) => (
    <label className="field">
      <span>{label}</span>
      <input
        data-first={first ? true : undefined}
        spellCheck={false}
        value={fields[name]}
        disabled={name === 'price' && fields.type === 'market'}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      <div className="row-of-fields">
        {text('account', 'Account')}
        {text('instrumentId', 'Contract (EXCHANGE:SYMBOL)')}
        <label className="field">
          <span>Product</span>
          <select
            value={fields.product}
            onChange={(event) => change({ product: Product.parse(event.target.value) })}
          >
            {Product.options.map((product) => (
              <option key={product}>{product}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="row-of-fields">
        {text('quantity', closable === null ? 'Quantity, units' : `Quantity, units (${closable})`, true)}
        <label className="field">
          <span>Type</span>
          <select
            value={fields.type}
            onChange={(event) => change({ type: event.target.value === 'market' ? 'market' : 'limit' })}
          >
            <option>limit</option>
            <option>market</option>
          </select>
        </label>
        {text('price', 'Limit price, rupees')}
        <label className="field">
          <span>Valid</span>
          <select
            value={fields.timeInForce}
            onChange={(event) => change({ timeInForce: event.target.value === 'IOC' ? 'IOC' : 'DAY' })}
          >
            <option>DAY</option>
            <option>IOC</option>
          </select>
        </label>
      </div>
    </>
  );
}

function filledIn(side: Side, row: PositionShown | null): Fields {
  const closes = row !== null && row.closingSide === side;
  return {
    account: row?.account ?? '',
    instrumentId: row?.instrumentId ?? '',
    product: row?.product ?? 'MIS',
    quantity: closes && stillClosable(row) > 0 ? String(stillClosable(row)) : '',
    type: 'limit',
    price: row?.price === undefined || row.price === null ? '' : formatE4(row.price.priceE4),
    timeInForce: 'DAY',
  };
}

/** The order that the fields state, or what is missing. */
function parsed(fields: Fields, side: Side, evidence: PlaceInput['evidence']): PlaceInput | string {
  const account = AccountId.safeParse(fields.account.trim().toUpperCase());
  if (!account.success) return 'the account';
  const instrumentId = InstrumentId.safeParse(fields.instrumentId.trim().toUpperCase());
  if (!instrumentId.success) return 'the contract';
  const units = Number(fields.quantity.replaceAll(',', ''));
  if (!Number.isSafeInteger(units) || units <= 0) return 'a whole quantity';
  const limitE4 = parseE4(fields.price);
  if (fields.type === 'limit' && (limitE4 === null || limitE4 <= 0)) return 'a limit price';
  if (evidence.reference.trim() === '') return 'the reference of the authority';
  const { product, type, timeInForce } = fields;
  return {
    account: account.data,
    instrumentId: instrumentId.data,
    product,
    side,
    quantity: units,
    type,
    priceE4: type === 'limit' ? limitE4 : null,
    timeInForce,
    evidence,
  };
}

function inWords(order: PlaceInput): string {
  const at = order.priceE4 === null ? 'at market' : `at ${price(order.priceE4)} or better`;
  return `${order.side.toUpperCase()} ${quantity(order.quantity)} ${order.instrumentId} ${order.product} for ${order.account}, ${at}, ${order.timeInForce}.`;
}
