/** What long work needs of a host so that nobody waits for it: a clock for measuring, and a way to let others on. */
export interface Turns {
  monotonicMs(): number;
  soon(task: () => void): void;
}

/** The writer's thread is held for no longer than this at a time by an import. */
const TURN_MS = 5;

/** Calls `each` for every item in order, and lets everything else on whenever a turn is over. */
export async function inTurns<Item>(
  turns: Turns,
  items: Iterable<Item>,
  each: (item: Item) => void,
): Promise<void> {
  let endMs = turns.monotonicMs() + TURN_MS;
  for (const item of items) {
    each(item);
    if (turns.monotonicMs() < endMs) continue;
    await nextTurn(turns);
    endMs = turns.monotonicMs() + TURN_MS;
  }
}

/** Until everything that waits now has had its turn. */
function nextTurn(turns: Turns): Promise<void> {
  return new Promise((resolve) => {
    turns.soon(resolve);
  });
}
