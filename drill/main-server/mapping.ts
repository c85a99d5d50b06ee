import { z } from 'zod';
import type { Store } from './store.ts';

const Homes = z.record(z.string(), z.array(z.string()));
const Note = z.object({
  epoch: z.int(),
  /** What each desk was told last. */
  now: Homes,
  /** What is to come once those who lose accounts have acknowledged that; null: nothing. */
  next: Homes.nullable(),
  /** Desks that have not acknowledged `epoch` yet. */
  waiting: z.array(z.string()),
});
type Note = z.infer<typeof Note>;

const NOTE = 'mapping';
const NOTHING: Note = { epoch: 0, now: {}, next: null, waiting: [] };

export interface MappingFor {
  readonly mappingEpoch: number;
  readonly accounts: readonly string[];
}

/**
 * Which desk is home of which accounts. A change has two steps, each an epoch: first the desks that lose accounts are
 * told; only when all of them have acknowledged it are those accounts given to others. So none ever has two homes.
 */
export class Mapping {
  readonly #store: Store;
  #note = NOTHING;

  constructor(store: Store) {
    this.#store = store;
  }
  async load(): Promise<void> {
    this.#note = Note.nullable().parse(await this.#store.note(NOTE)) ?? NOTHING;
  }

  get epoch(): number {
    return this.#note.epoch;
  }
  /** Null: nobody said, so it is every desk's. */
  home(account: string): string | null {
    const found = Object.entries(this.#note.now).find(([, accounts]) => accounts.includes(account));
    return found?.[0] ?? null;
  }
  /** What a desk is to be told; null: nothing was ever said about it. */
  of(desk: string): MappingFor | null {
    const accounts = this.#note.now[desk];
    return accounts === undefined ? null : { mappingEpoch: this.#note.epoch, accounts };
  }

  /** Homes from now on. Answers the desks to tell at once. */
  async change(next: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> {
    const wanted = Homes.parse(next);
    const { now, epoch } = this.#note;
    const losing = Object.entries(now).filter(([desk, accounts]) => {
      const kept = new Set(wanted[desk] ?? []);
      return accounts.some((account) => !kept.has(account));
    });
    const shrunk = Object.fromEntries(
      losing.map(([desk, accounts]) => {
        const kept = new Set(wanted[desk] ?? []);
        return [desk, accounts.filter((account) => kept.has(account))];
      }),
    );
    const waiting = losing.map(([desk]) => desk);
    await this.#keep({ epoch: epoch + 1, now: { ...now, ...shrunk }, next: wanted, waiting });
    return waiting.length === 0 ? this.#give() : waiting;
  }

  /** A desk has taken what it was told. Answers the desks to tell now. */
  async acknowledge(desk: string, epoch: number): Promise<readonly string[]> {
    if (epoch !== this.#note.epoch || !this.#note.waiting.includes(desk)) return [];
    const waiting = this.#note.waiting.filter((other) => other !== desk);
    await this.#keep({ ...this.#note, waiting });
    return waiting.length === 0 && this.#note.next !== null ? this.#give() : [];
  }

  async #give(): Promise<readonly string[]> {
    const { epoch, now, next } = this.#note;
    const homes = { ...Object.fromEntries(Object.keys(now).map((desk) => [desk, []])), ...next };
    await this.#keep({ epoch: epoch + 1, now: homes, next: null, waiting: Object.keys(homes) });
    return Object.keys(homes);
  }
  async #keep(note: Note): Promise<void> {
    await this.#store.putNote(NOTE, note);
    this.#note = note;
  }
}
