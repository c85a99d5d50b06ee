import { useEffect, useState } from 'react';
import type { Opened } from '#core/auth/contract.ts';
import { connect, connection } from '#renderer/api/desk.ts';
import { failureOf, type Failure } from '#renderer/api/failure.ts';
import type { DoorState } from '#renderer/api/shapes.ts';
import { useStore } from '#renderer/api/store.ts';
import { door } from '#renderer/api/wire.ts';
import { NoticeLine } from '#renderer/look/notice.tsx';
import { ShownOnce } from '#renderer/look/shown-once.tsx';
import { BreakGlass } from './break-glass.tsx';
import { Enrol } from './enrol.tsx';
import { FirstRun } from './first-run.tsx';
import { AfterReset } from './after-reset.tsx';
import { Password } from './password.tsx';
import { Register } from './register.tsx';
import { Recover, SecondFactor } from './second-factor.tsx';
import type { Stage } from './stage.ts';

const ASK_AGAIN_MS = 3_000;

/** The door: nobody is signed in at this screen, and nothing of the book is on it. */
export function SignIn() {
  const [stage, setStage] = useState<Stage | null>(null);
  const [state, why] = useDoorState();
  return (
    <main className="door">
      <div className="door-card">
        <header>
          <h1>Lifeboat</h1>
          <span className="dim">emergency square-off{state === null ? '' : ` · desk ${state.desk}`}</span>
        </header>
        {stage === null ? <WhySignedOut /> : null}
        {state === null ? (
          <p className={`trust ${why === null ? 'loading' : 'error'}`} role="status">
            {why === null
              ? '⋯ Asking the desk.'
              : '✖ THE DESK DOES NOT ANSWER. It is asked again every few seconds. What was sent goes on.'}
          </p>
        ) : (
          <Now
            stage={stage ?? { at: state.firstRun ? 'first-run' : 'password' }}
            state={state}
            onStage={setStage}
          />
        )}
      </div>
      <NoticeLine />
    </main>
  );
}

function Now(props: {
  readonly stage: Stage;
  readonly state: DoorState;
  readonly onStage: (next: Stage) => void;
}) {
  const { stage, state, onStage } = props;
  const onOpened = (opened: Opened): void => {
    if (opened.recoveryCodes.length > 0) onStage({ at: 'codes', opened });
    else void connect();
  };
  switch (stage.at) {
    case 'first-run':
      return <FirstRun min={state.passwordMin} onStage={onStage} />;
    case 'password':
      return <Password breakGlass={state.breakGlass} onStage={onStage} />;
    case 'register':
      return <Register min={state.passwordMin} onStage={onStage} />;
    case 'break-glass':
      return <BreakGlass onStage={onStage} onOpened={onOpened} />;
    case 'second-factor':
      return <SecondFactor step={stage.step} onStage={onStage} onOpened={onOpened} />;
    case 'recover':
      return <Recover step={stage.step} onStage={onStage} onOpened={onOpened} />;
    case 'enrol':
      return <Enrol step={stage.step} onStage={onStage} onOpened={onOpened} />;
    case 'new-password':
      return <AfterReset min={state.passwordMin} user={stage.user} step={stage.step} onStage={onStage} />;
    case 'codes':
      return (
        <ShownOnce
          what="Recovery codes"
          secrets={stage.opened.recoveryCodes}
          done="Go to the desk"
          onDone={() => void connect()}
        >
          For <strong>{stage.opened.by}</strong> on desk {state.desk}. Each one works once, in place of the
          code of your telephone, when that is lost or flat. Keep them where the telephone is not.
        </ShownOnce>
      );
  }
}

/** Why the session that was here is over. */
function WhySignedOut() {
  const now = useStore(connection);
  if (now.state !== 'signed-out' || now.why === null) return null;
  return (
    <p className="trust stale" role="alert">
      ⚠ SIGNED OUT: {now.why.text} <span className="dim mono">{now.why.reason}</span>
    </p>
  );
}

/** What a stranger may know of this desk; asked until it answers. */
function useDoorState(): readonly [DoorState | null, Failure | null] {
  const [state, setState] = useState<DoorState | null>(null);
  const [why, setWhy] = useState<Failure | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const ask = async (): Promise<void> => {
      try {
        const answer = await (await door()).auth.state();
        if (!over) setState(answer);
      } catch (error) {
        if (over) return;
        setWhy(failureOf(error));
        timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
      }
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  return [state, why];
}
