import { useState } from 'react';
import { connect } from '#renderer/api/desk.ts';
import { signIn } from '#renderer/api/wire.ts';
import { addressRefusal } from './from-address.ts';

/** Sign-in by the one-time token, until persons have their own accounts. */
export function Login() {
  const [token, setToken] = useState('');
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState(addressRefusal.get);
  const open = async (): Promise<void> => {
    setAsking(true);
    const refusal = await signIn(token.trim());
    setAsking(false);
    setWhy(refusal);
    if (refusal === null) void connect();
  };

  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <h1>Lifeboat</h1>
        <p>Emergency square-off desk. Nobody is signed in at this screen.</p>
        <label>
          One-time token, as printed when the desk started
          <input
            autoFocus
            autoComplete="off"
            spellCheck={false}
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        {why === null ? null : (
          <p className="trust error" role="alert">
            ✖ {why}
          </p>
        )}
        <button type="submit" className="primary" disabled={asking || token.trim() === ''}>
          Sign in <kbd>Enter</kbd>
        </button>
      </form>
    </main>
  );
}
