import type { SyncShown } from '#core/sync/contract.ts';
import { quantity, words } from '#renderer/look/format.ts';
import { ContractName } from '#renderer/look/said.tsx';
import { placeWords } from './progress-words.ts';

/** What went wrong between two systems, above everything else of the handback. */
export function Dangers({ shown: { doubleCloses, handback } }: { readonly shown: SyncShown }) {
  return (
    <>
      {handback.oldCopy ? <OldCopy text={handback.text} /> : null}
      {doubleCloses.length === 0 ? null : <DoubleCloses rows={doubleCloses} />}
      {handback.notTaken === null ? null : <NotTaken notTaken={handback.notTaken} />}
    </>
  );
}

function OldCopy({ text }: { readonly text: string }) {
  return (
    <div className="band bad" role="alert" aria-label="Old copy">
      <strong>✖ THIS FILE IS AN OLD COPY: main knows more of this desk than the desk itself.</strong>
      <p>
        {text} Stop the desk first; one of the two persons is an admin. Do not trade from it: what was sent
        after the copy is not in it.
      </p>
    </div>
  );
}

function DoubleCloses({ rows }: { readonly rows: SyncShown['doubleCloses'] }) {
  return (
    <div className="band bad" role="alert" aria-label="Closed twice">
      <strong>
        ✖ CLOSED TWICE: {quantity(rows.length)} {rows.length === 1 ? 'order' : 'orders'} of main on rows that
        this desk closed; our own side was cancelled. The client may stand the other way round: tell RMS now.
      </strong>
      <div className="band-rows">
        <table className="plain">
          <thead>
            <tr>
              <th>Account</th>
              <th>Contract</th>
              <th>Prod</th>
              <th className="numeric">Main traded</th>
              <th>Order at the exchange</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.account}|${row.instrumentId}|${row.exchangeOrderId}`}>
                <td>{row.account}</td>
                <td>
                  <ContractName id={row.instrumentId} />
                </td>
                <td>{row.product ?? '? not known'}</td>
                <td className="numeric">
                  {row.side.toUpperCase()} {row.quantity === 0 ? '… rests there' : quantity(row.quantity)}
                </td>
                <td className="mono">{row.exchangeOrderId}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  hash: 'its hash is not that of its content: it was changed',
  gap: 'a fact before it is missing',
  signature: 'the signature of a head is not this desk’s',
  differs: 'main has another fact in the same place',
  'wrong-epoch': 'main knows a newer epoch of this desk',
};

function NotTaken({ notTaken }: { readonly notTaken: NonNullable<SyncShown['handback']['notTaken']> }) {
  const { at, reason, text } = notTaken;
  return (
    <div className="band bad" role="alert" aria-label="Not taken">
      <strong>
        ✖ MAIN DOES NOT TAKE FACT {placeWords(at)}, nor anything after it: {REASONS[reason] ?? words(reason)}.
      </strong>
      <p>
        {text} Do not restart and do not restore: keep this file as it is, and call those who run main. It
        begins again from there when they have looked.
      </p>
    </div>
  );
}
