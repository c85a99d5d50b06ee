import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, connection } from './api/desk.ts';
import { useStore } from './api/store.ts';
import { signInFromAddress } from './features/login/from-address.ts';
import { Login } from './features/login/login.tsx';
import './look/look.css';
import { Screen } from './screen.tsx';

function Root() {
  const wire = useStore(connection);
  return wire.state === 'signed-out' ? <Login /> : <Screen />;
}

const element = document.getElementById('screen');
if (element === null) throw new Error('index.html has an element with the id "screen"');
createRoot(element).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
void signInFromAddress().then(connect);
