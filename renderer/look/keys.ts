import { createStore, useStore } from '#renderer/api/store.ts';

/** Everything that a key does on every screen. Dealers know the first six; the rest follow their manner. */
export const ACTIONS = [
  { action: 'buy', key: 'F1', label: 'Buy' },
  { action: 'sell', key: 'F2', label: 'Sell' },
  { action: 'orders', key: 'F3', label: 'Orders' },
  { action: 'market-watch', key: 'F4', label: 'Market' },
  { action: 'leftovers', key: 'F6', label: 'Leftovers' },
  { action: 'in-doubt', key: 'F7', label: 'In doubt' },
  { action: 'trades', key: 'F8', label: 'Trades' },
  { action: 'exit-selected', key: 'F9', label: 'Exit selected' },
  { action: 'exit-all', key: 'Shift+F9', label: 'Exit all' },
  { action: 'messages', key: 'F10', label: 'Messages' },
  { action: 'positions', key: 'Alt+F6', label: 'Net position' },
  { action: 'run', key: 'Alt+F9', label: 'Live run' },
  { action: 'pause', key: 'Alt+P', label: 'Pause run' },
  { action: 'main-lost', key: 'Alt+L', label: 'Mode' },
  { action: 'sessions', key: 'Alt+S', label: 'Links' },
  { action: 'filter', key: '/', label: 'Filter' },
  { action: 'keys', key: 'Alt+K', label: 'Keys' },
  { action: 'handback', key: 'Alt+H', label: 'Handback' },
  { action: 'approvals', key: 'Alt+G', label: 'Approvals' },
  { action: 'admin', key: 'Alt+A', label: 'Admin' },
  { action: 'account', key: 'F12', label: 'Account' },
  { action: 'lock', key: 'Ctrl+L', label: 'Lock' },
] as const;

export type Action = (typeof ACTIONS)[number]['action'];
export type Keymap = Readonly<Record<Action, string>>;

const STORED_UNDER = 'lifeboat-keys';

const shipped = Object.fromEntries(ACTIONS.map(({ action, key }) => [action, key])) as Keymap;

const keymap = createStore<Keymap>({ ...shipped, ...stored() });

export function useKeymap(): Keymap {
  return useStore(keymap);
}

/** Gives an action another key; null when that key is taken, by the action returned. */
export function remap(action: Action, key: string): Action | null {
  const taken = ACTIONS.find((other) => other.action !== action && keymap.get()[other.action] === key);
  if (taken !== undefined) return taken.action;
  keymap.set({ ...keymap.get(), [action]: key });
  localStorage.setItem(STORED_UNDER, JSON.stringify(keymap.get()));
  return null;
}

export function shippedKeys(): void {
  keymap.set(shipped);
  localStorage.removeItem(STORED_UNDER);
}

/** `Alt+F6`, `Shift+F9`, `/`: how a key press is written, here and on the screen. */
export function keyName(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'shiftKey' | 'metaKey'>,
): string {
  // With Alt, some layouts give another character: the physical key names the letter.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const base = letter !== undefined && (event.altKey || event.ctrlKey) ? letter : event.key;
  const name = base.length === 1 ? base.toUpperCase() : base;
  const shift = event.shiftKey && base.length > 1 ? 'Shift+' : '';
  return `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.metaKey ? 'Meta+' : ''}${shift}${name}`;
}

/** The action of a key press; null when none, or when a person is typing and the key is a plain character. */
export function actionOf(event: KeyboardEvent): Action | null {
  const name = keyName(event);
  const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (typing && name.length === 1) return null;
  const map = keymap.get();
  return ACTIONS.find(({ action }) => map[action] === name)?.action ?? null;
}

function stored(): Partial<Keymap> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORED_UNDER) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([action, key]) => action in shipped && typeof key === 'string'),
    );
  } catch {
    // Whatever another program left there is no keymap: the shipped keys hold.
    return {};
  }
}
