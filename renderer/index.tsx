import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, connection, who } from './api/desk.ts';
import { watchPresence } from './api/presence.ts';
import { useStore } from './api/store.ts';
import { Cover } from './features/cover/cover.tsx';
import { takeSetupCode } from './features/sign-in/from-address.ts';
import { SignIn } from './features/sign-in/sign-in.tsx';
import './look/look.css';
import './look/identity.css';
import './look/handback.css';
import { Screen } from './screen.tsx';

function Root() {
  const wire = useStore(connection);
  const signedIn = useStore(who);
  if (wire.state === 'signed-out') return <SignIn />;
  if (wire.state === 'covered') return <Cover />;
  return signedIn === null ? <Asking down={wire.state === 'down'} /> : <Screen />;
}

/** Before it is known who is signed in, nothing is shown. */
function Asking({ down }: { readonly down: boolean }) {
  return (
    <main className="door">
      <p className={`trust ${down ? 'error' : 'loading'}`} role="status">
        {down
          ? '✖ THE DESK DOES NOT ANSWER. It is asked again every few seconds. What was sent goes on.'
          : '⋯ Connecting to the desk. Nothing is known yet.'}
      </p>
    </main>
  );
}

takeSetupCode();
const element = document.getElementById('screen');
if (element === null) throw new Error('index.html has an element with the id "screen"');
createRoot(element).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
watchPresence();
void connect();
