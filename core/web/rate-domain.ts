/** Addresses whose use is remembered at a time. */
const KEYS_MAX = 4_096;

export interface Rate {
  /** Milliseconds until `key` may go on; 0 when it may now, and then it is counted. */
  take(key: string, nowMs: number): number;
}

/** Lets each key do `count` things at once, and as many again over `perMs`, evenly. */
export function createRate(count: number, perMs: number): Rate {
  const msEach = perMs / count;
  /** When the key would have all of its `count` again. */
  const fullAt = new Map<string, number>();

  const makeRoom = (nowMs: number): void => {
    for (const [key, atMs] of fullAt) if (atMs <= nowMs) fullAt.delete(key);
    // All of them busy: the longest known one starts anew.
    const [oldest] = fullAt.keys();
    if (fullAt.size >= KEYS_MAX && oldest !== undefined) fullAt.delete(oldest);
  };

  return {
    take(key, nowMs) {
      const busyUntil = Math.max(fullAt.get(key) ?? 0, nowMs);
      const waitMs = busyUntil + msEach - nowMs - perMs;
      if (waitMs > 0) return Math.ceil(waitMs);
      if (!fullAt.has(key) && fullAt.size >= KEYS_MAX) makeRoom(nowMs);
      fullAt.set(key, busyUntil + msEach);
      return 0;
    },
  };
}

/** As facts and lists name it: IPv4 is written as IPv4 even where it came in through an IPv6 socket. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+[.])/i, '');
}

/** Whose use is counted together: an IPv4 address, or the /64 network in which a machine takes any address. */
export function rateKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
