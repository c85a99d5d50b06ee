import { useState } from 'react';
import { parseE4 } from '#core/model/price.ts';
import type { PositionShown } from '#core/positions/contract.ts';
import { deskNow } from '#renderer/api/desk.ts';
import type { ExitAsked } from '#renderer/api/shapes.ts';
import { EvidenceFields, noEvidence, type Evidence } from '#renderer/look/evidence.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Net } from '#renderer/look/net.tsx';

/** What a dealer says about one row before its dry run. */
interface RowAsked {
  readonly units: string;
  readonly readBack: string;
  readonly limit: string;
}

/** With more rows than this, each goes whole: partial quantities are for a few rows at a time. */
const SINGLY_MAX = 25;
const UNSAID: RowAsked = { units: '', readBack: '', limit: '' };

export interface AskProps {
  /** Null: everything that may be closed. */
  readonly rows: readonly PositionShown[] | null;
  readonly asking: boolean;
  readonly onAsk: (asked: ExitAsked) => void;
}

/** Before the dry run: how much of each row, the read-back of unproven ones, and the authority. */
export function Ask({ rows, asking, onAsk }: AskProps) {
  const [said, setSaid] = useState<Readonly<Record<number, RowAsked>>>({});
  const [given, setGiven] = useState(rows !== null);
  const [evidence, setEvidence] = useState(noEvidence);
  const singly = rows !== null && rows.length <= SINGLY_MAX;
  const ask = (): void => {
    onAsk(askedOf(rows, singly ? said : {}, given ? evidence : null));
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <p>
        {rows === null
          ? 'Everything that may be closed: MIS after its cut-off and accounts on the RMS shortfall list. What may not is listed with its reason.'
          : `${rows.length} row${rows.length === 1 ? '' : 's'}.`}{' '}
        Nothing is sent by a dry run.
      </p>
      {singly ? <Singly rows={rows} said={said} onSaid={setSaid} /> : null}
      <label>
        <input type="checkbox" checked={given} onChange={(event) => setGiven(event.target.checked)} /> I have
        an authority for rows that have none of their own
      </label>
      {given ? <EvidenceFields value={evidence} onChange={setEvidence} /> : null}
      <button
        type="submit"
        className="primary"
        data-first={rows === null ? true : undefined}
        disabled={asking || (given && evidence.reference.trim() === '')}
      >
        Dry run <kbd>Enter</kbd>
      </button>
      {given && evidence.reference.trim() === '' ? (
        <p className="dim">Missing: the reference of the authority.</p>
      ) : null}
    </form>
  );
}

function Singly(props: {
  readonly rows: readonly PositionShown[];
  readonly said: Readonly<Record<number, RowAsked>>;
  readonly onSaid: (next: Readonly<Record<number, RowAsked>>) => void;
}) {
  const say = (index: number, part: Partial<RowAsked>): void =>
    props.onSaid({ ...props.said, [index]: { ...(props.said[index] ?? UNSAID), ...part } });
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Account</th>
          <th>Contract</th>
          <th className="numeric">Net</th>
          <th>Close (empty: all)</th>
          <th>Own limit</th>
          <th>Read back the net</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row, index) => {
          const now = props.said[index] ?? UNSAID;
          return (
            <tr key={`${row.account} ${row.instrumentId} ${row.product}`}>
              <td>{row.account}</td>
              <td>
                <strong>{row.contract?.symbol ?? row.instrumentId}</strong> {row.product}
              </td>
              <td className="numeric">
                <Net row={row} />
              </td>
              <td>
                <input
                  aria-label={`Close of ${row.account} ${row.instrumentId}`}
                  placeholder={quantity(row.closable)}
                  value={now.units}
                  onChange={(event) => say(index, { units: event.target.value })}
                />
              </td>
              <td>
                <input
                  aria-label={`Own limit of ${row.account} ${row.instrumentId}`}
                  value={now.limit}
                  onChange={(event) => say(index, { limit: event.target.value })}
                />
              </td>
              <td>
                {row.proof === 'proven' ? (
                  <span className="good">✓ proven</span>
                ) : (
                  <input
                    aria-label={`Net of ${row.account} ${row.instrumentId}, read back`}
                    placeholder={
                      row.netLow === row.netHigh
                        ? '✖ UNPROVEN: type the net'
                        : '✖ UNPROVEN: type the smaller net'
                    }
                    value={now.readBack}
                    onChange={(event) => say(index, { readBack: event.target.value })}
                  />
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function askedOf(
  rows: readonly PositionShown[] | null,
  said: Readonly<Record<number, RowAsked>>,
  evidence: Evidence | null,
): ExitAsked {
  const whole = evidence === null ? null : { ...evidence, instructedAtMs: Math.floor(deskNow()) };
  if (rows === null) return { scope: { kind: 'all' }, evidence: whole, instructions: [] };
  const named = rows.map((row, index) => {
    const { units, readBack, limit } = said[index] ?? UNSAID;
    return {
      account: row.account,
      instrumentId: row.instrumentId,
      product: row.product,
      quantity: units.trim() === '' ? null : Number(units.replaceAll(',', '')),
      readBack: readBack.trim() === '' ? null : Number(readBack.replaceAll(',', '').replace('−', '-')),
      evidence: null,
      limitE4: parseE4(limit),
    };
  });
  return { scope: { kind: 'rows', rows: named }, evidence: whole, instructions: [] };
}
