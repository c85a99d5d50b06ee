import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { connection, covered, uncover, who } from '#renderer/api/desk.ts';
import { knownRun } from '#renderer/api/known-run.ts';
import { signOut } from '#renderer/api/sign-out.ts';
import { useStore } from '#renderer/api/store.ts';
import { CodeField } from '#renderer/look/code-field.tsx';
import { quantity } from '#renderer/look/format.ts';
import { notice, NoticeLine } from '#renderer/look/notice.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { useNow } from '#renderer/look/ticking.ts';

/** Lies over everything while its person is away. Nothing of the book is in the page; what was sent goes on. */
export function Cover() {
  const signedIn = useStore(who);
  const wire = useStore(connection);
  const now = useNow();
  const [code, setCode] = useState('');
  const { doing, run } = useAtTheDoor<unknown>();
  const open = async (given: string): Promise<void> => {
    await covered();
    const done = await run((calls) => calls.auth.unlock({ code: given.trim() }));
    if (done === null) setCode('');
    else uncover();
  };
  return (
    <main className="door cover">
      <form
        className="door-card dialog-body"
        aria-label="Screen locked"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== '' && doing.state !== 'asked') void open(code);
        }}
      >
        <header>
          <h1>
            <span aria-hidden="true">■ </span>LOCKED
          </h1>
          <span className="clock mono">{istTime(now)}</span>
        </header>
        <p className="read">
          <strong>{signedIn?.name}</strong> ({signedIn?.by}, {signedIn?.role}) is signed in and away.
        </p>
        {wire.state === 'covered' && wire.deaf ? (
          <p className="trust error" role="alert">
            ✖ THE DESK DOES NOT ANSWER. What was sent goes on. It is asked again every few seconds.
          </p>
        ) : null}
        <RunGoesOn />
        <CodeField
          label="Six digits from your telephone, or a recovery code"
          first
          recovery
          value={code}
          onChange={setCode}
          onSix={(six) => void open(six)}
        />
        <Outcome doing={doing} />
        <button type="submit" className="primary" disabled={code.trim() === '' || doing.state === 'asked'}>
          Unlock <kbd>Enter</kbd>
        </button>
        <div className="door-links">
          <button type="button" className="quiet" onClick={() => void leave()}>
            Sign out: somebody else takes this screen
          </button>
        </div>
      </form>
      <NoticeLine />
    </main>
  );
}

function RunGoesOn() {
  const run = useStore(knownRun);
  if (run === null) return <p className="dim">No run was on when this screen was locked.</p>;
  return (
    <div className={`run-strip${run.state === 'running' ? '' : ' paused'}`} role="status">
      <strong>{run.state === 'running' ? '▶ RUN CONTINUES' : `‖ RUN ${run.state.toUpperCase()}`}</strong>
      <span>
        {quantity(run.over)} of {quantity(run.rows)} rows over at {istTime(run.atMs)}
        {run.flatByMs === null ? '' : `, flat by ${istTime(run.flatByMs)}`}. A lock stops nothing.
      </span>
    </div>
  );
}

async function leave(): Promise<void> {
  const why = await signOut();
  if (why !== null) notice('bad', `NOT SIGNED OUT: ${why.text}`);
}
