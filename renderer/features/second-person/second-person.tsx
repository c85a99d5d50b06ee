import { useEffect, useState } from 'react';
import type { ApprovalShown } from '#core/approvals/contract.ts';
import { useApprovals } from '#renderer/api/approvals.ts';
import { who } from '#renderer/api/desk.ts';
import { wanted, type Wanted } from '#renderer/api/second-person.ts';
import { useStore } from '#renderer/api/store.ts';
import { ApprovalFacts } from '#renderer/look/approval-facts.tsx';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Trust } from '#renderer/look/said.tsx';
import { GiveCode, GiveHere, GiveSigned } from './give.tsx';

/** Stands while a call of this person waits for another one. */
export function SecondPerson() {
  const now = useStore(wanted);
  return now === null ? null : <Waiting wanted={now} />;
}

function Waiting({ wanted: { why, answer } }: { readonly wanted: Wanted }) {
  const seen = useApprovals();
  const me = useStore(who);
  const approval = 'value' in seen ? askedFor(seen.value, why.text, me?.by ?? '') : null;
  const state = approval?.state;
  useEffect(() => {
    if (state === 'given') answer(true);
  }, [state, answer]);
  return (
    <Dialog title="Second person needed" onClose={() => answer(false)}>
      <Trust seen={seen} what="the approval" />
      {approval === null ? (
        <p>{why.text}</p>
      ) : (
        <>
          <ApprovalFacts approval={approval} />
          {state === 'refused' ? (
            <p className="trust error" role="alert">
              ✖ REFUSED by a second person. Nothing was done.
            </p>
          ) : state === 'expired' ? (
            <p className="trust error" role="alert">
              ✖ TOO OLD: nobody agreed in time. Nothing was done. Close this and ask again.
            </p>
          ) : (
            <Ways approval={approval} />
          )}
        </>
      )}
      <p className="dim">
        When it is given, the same thing is done at once. Close this and it stays asked until it expires: ask
        for the same again after it was given.
      </p>
    </Dialog>
  );
}

/** The refusal names the asking; where it does not, it is the newest of this person. */
function askedFor(approvals: readonly ApprovalShown[], text: string, by: string): ApprovalShown | null {
  const own = approvals.filter((one) => one.by === by);
  return (
    own.find((one) => text.includes(one.approval)) ?? own.find(({ state }) => state === 'waiting') ?? null
  );
}

/** Policy says which way counts: a person, headquarters' signature, or its code by telephone. */
function Ways({ approval }: { readonly approval: ApprovalShown }) {
  const [here, setHere] = useState(false);
  if (approval.needs === 'remote-signature') return <GiveSigned approval={approval} />;
  if (approval.needs === 'telephone-code') return <GiveCode approval={approval} />;
  return (
    <>
      <p className="trust loading" role="status">
        ⋯ WAITING. A second person opens Approvals on their own screen and gives it; this screen sees it by
        itself.
      </p>
      {here ? (
        <GiveHere approval={approval} />
      ) : (
        <button type="button" autoFocus onClick={() => setHere(true)}>
          They stand here: agree at this screen <kbd>Enter</kbd>
        </button>
      )}
    </>
  );
}
