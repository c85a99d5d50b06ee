import { useEffect, useState } from 'react';
import { connect } from '#renderer/api/desk.ts';
import { signIn } from '#renderer/api/wire.ts';

/** The address that start prints carries the token. */
const IN_ADDRESS = /[?#&]token=([\w-]+)/;

/** Sign-in by the one-time token, until persons have their own accounts. */
export function Login() {
  const [token, setToken] = useState('');
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState<string | null>(null);

  const open = async (text: string): Promise<void> => {
    setAsking(true);
    const refusal = await signIn(text.trim());
    setAsking(false);
    setWhy(refusal);
    if (refusal === null) void connect();
  };
  useEffect(() => {
    const inAddress = IN_ADDRESS.exec(location.search + location.hash)?.[1];
    if (inAddress === undefined) return;
    // Used up at once, so it must not stay in the history either.
    history.replaceState(null, '', location.pathname);
    void open(inAddress);
  }, []);

  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void open(token);
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
