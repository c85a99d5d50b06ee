import { useState } from 'react';
import type { ApprovalShown } from '#core/approvals/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { forMe, useApprovals } from '#renderer/api/approvals.ts';
import { ApprovalFacts } from '#renderer/look/approval-facts.tsx';
import { words } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { AnswerDialog, type Answer } from './answer-dialog.tsx';

/** Of what is over, the list shows the newest. */
const OVER_MAX = 50;

/** What waits for a second person: to be given or refused here, one at a time, after it was read. */
export function Approvals() {
  const seen = useApprovals();
  const [answering, setAnswering] = useState<readonly [ApprovalShown, Answer] | null>(null);
  const all = 'value' in seen ? seen.value : [];
  const waiting = all.filter(({ state }) => state === 'waiting');
  const over = all.filter(({ state }) => state !== 'waiting').slice(0, OVER_MAX);
  return (
    <section className="view" aria-label="Approvals">
      <Trust seen={seen} what="approvals" />
      <div className="view-bar">
        <strong>{'value' in seen ? forMe(all).length : '?'} wait for you</strong>
        <span className="dim">{'value' in seen ? waiting.length : '?'} wait in all</span>
      </div>
      <div className="list">
        {waiting.map((approval, index) => (
          <article key={approval.approval} className="card" aria-label={`Approval ${approval.approval}`}>
            <ApprovalFacts approval={approval} />
            {approval.mayGive ? (
              <div className="actions">
                <button
                  type="button"
                  className="primary"
                  autoFocus={index === 0}
                  onClick={() => setAnswering([approval, 'give'])}
                >
                  Give…
                </button>
                <button type="button" onClick={() => setAnswering([approval, 'refuse'])}>
                  Refuse…
                </button>
              </div>
            ) : (
              <p className="dim">Not for you to give.</p>
            )}
          </article>
        ))}
        {seen.state === 'ready' && waiting.length === 0 ? (
          <p className="dim read">Nothing waits for a second person.</p>
        ) : null}
        {over.length === 0 ? null : <Over over={over} />}
      </div>
      {answering === null ? null : (
        <AnswerDialog approval={answering[0]} answer={answering[1]} onClose={() => setAnswering(null)} />
      )}
    </section>
  );
}

const SIGNS: Readonly<Record<ApprovalShown['state'], string>> = {
  waiting: '⋯',
  given: '✓',
  refused: '✖',
  spent: '✓',
  expired: '·',
};

function Over({ over }: { readonly over: readonly ApprovalShown[] }) {
  return (
    <>
      <h3>Over</h3>
      <table className="plain">
        <thead>
          <tr>
            <th>Asked</th>
            <th>State</th>
            <th>By</th>
            <th>What</th>
            <th>Agreed</th>
          </tr>
        </thead>
        <tbody>
          {over.map((one) => (
            <tr key={one.approval}>
              <td className="mono">{istTime(one.askedAtMs)}</td>
              <td>
                {SIGNS[one.state]} {one.state === 'spent' ? 'done' : one.state}
              </td>
              <td>{one.by}</td>
              <td>{one.text}</td>
              <td>{one.given.map(({ by, how }) => `${by} (${words(how)})`).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
