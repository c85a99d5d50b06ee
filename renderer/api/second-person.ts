import { failureOf, type Failure } from './failure.ts';
import { createStore } from './store.ts';

const NEEDED = 'second-person-needed';

/** A call of this person that waits for another one to agree to it. */
export interface Wanted {
  /** What the desk said. */
  readonly why: Failure;
  /** True: it was given, make the call again. False: the person does not wait for it here. */
  readonly answer: (given: boolean) => void;
}

/** The dialog of the second person shows it; one at a time. */
export const wanted = createStore<Wanted | null>(null);

/**
 * Makes the call; where policy wants a second person, waits until that one has agreed and makes the same call
 * again. The desk binds the agreement to the whole input, so nothing else can be done under it.
 */
export async function withSecondPerson<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const why = failureOf(error);
      if (why.reason !== NEEDED || !(await isGiven(why))) throw error;
    }
  }
}

function isGiven(why: Failure): Promise<boolean> {
  if (wanted.get() !== null) return Promise.resolve(false);
  return new Promise((resolve) => {
    wanted.set({
      why,
      answer: (given) => {
        wanted.set(null);
        resolve(given);
      },
    });
  });
}
