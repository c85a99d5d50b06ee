import { failureOf, type Failure } from './failure.ts';
import { door } from './wire.ts';

/** Ends the session and begins the page anew, so that nothing of it stays in memory; why not, when it failed. */
export async function signOut(): Promise<Failure | null> {
  try {
    await (await door()).sessions.end();
  } catch (error) {
    const why = failureOf(error);
    // A session that is gone already is what was wanted.
    if (why.code !== 'UNAUTHORIZED') return why;
  }
  location.reload();
  return null;
}
