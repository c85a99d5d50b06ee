import { createStore } from '#renderer/api/store.ts';
import { signIn } from '#renderer/api/wire.ts';

/** The address that start prints carries the token. */
const IN_ADDRESS = /[?#&]token=([\w-]+)/;

/** Why the token of the address did not open a session; null when it did, or when there was none. */
export const addressRefusal = createStore<string | null>(null);

/** Exchanges the token of the address, once, before anything is asked of the desk. */
export async function signInFromAddress(): Promise<void> {
  const token = IN_ADDRESS.exec(location.search + location.hash)?.[1];
  if (token === undefined) return;
  // Used up at once, so it must not stay in the history either.
  history.replaceState(null, '', location.pathname);
  addressRefusal.set(await signIn(token));
}
