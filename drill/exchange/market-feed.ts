import type { Field, Message } from '#core/exchange/fix/codec.ts';
import type { AppMessage } from '#core/exchange/fix/machine-types.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { formatE4 } from '#core/model/price.ts';
import type { Member } from './member.ts';
import { instrumentFields } from './reports.ts';
import type { Catalogue } from './requests.ts';
import type { Turn } from './turn.ts';
import type { Venue } from './venue.ts';
import type { VenueEvent } from './venue-types.ts';

/** An unchanged quote is said again this often, so that the reader knows it is alive. */
const REPEAT_MS = 1_000;
/** Contracts of one incremental message. */
const CHUNK = 50;

export interface Feed {
  /** V: remembers the contracts, answers with a snapshot (W) of each; quoting them may cause trades. */
  subscribe(member: Member, message: Message, groups: readonly Message[], turn: Turn): VenueEvent[];
  /** X for what changed since the last time. */
  update(members: Iterable<Member>, turn: Turn): void;
}

interface Watched {
  readonly request: string;
  readonly instrument: Instrument;
  said: string;
  saidAtMs: number;
}

export function createFeed(venue: Venue, catalogue: Catalogue, now: () => number): Feed {
  const watched = new WeakMap<Member, Map<string, Watched>>();
  return {
    subscribe(member, message, groups, turn) {
      const request = message.get(262) ?? '';
      const mine = watched.get(member) ?? new Map<string, Watched>();
      watched.set(member, mine);
      const events: VenueEvent[] = [];
      for (const group of groups) {
        const instrument = catalogue.find(group);
        if (instrument === null) {
          member.send(
            [
              {
                type: 'Y',
                body: [
                  [262, request],
                  [281, '0'],
                  [58, 'unknown contract'],
                ],
              },
            ],
            turn,
          );
          continue;
        }
        events.push(...venue.watch(instrument));
        const entries = topOf(venue, instrument);
        mine.set(instrument.instrumentId, { request, instrument, said: textOf(entries), saidAtMs: now() });
        member.send([snapshot(request, instrument, entries)], turn);
      }
      return events;
    },
    update(members, turn) {
      for (const member of members) {
        const mine = watched.get(member);
        if (mine === undefined) continue;
        if (!member.isActive()) {
          watched.delete(member);
          continue;
        }
        const changed = [...mine.values()].flatMap((one) => {
          const entries = topOf(venue, one.instrument);
          const text = textOf(entries);
          if (text === one.said && now() - one.saidAtMs < REPEAT_MS) return [];
          one.said = text;
          one.saidAtMs = now();
          return [{ one, entries }];
        });
        for (let from = 0; from < changed.length; from += CHUNK) {
          member.send([incremental(changed.slice(from, from + CHUNK))], turn);
        }
      }
    },
  };
}

/** An entry of the top of the book: type, price, quantity in the venue's unit; price 0 is an empty side. */
type Entry = readonly [type: '0' | '1' | '2', priceE4: number, quantity: number];

function topOf(venue: Venue, instrument: Instrument): Entry[] {
  const book = venue.market.book(instrument);
  const unit = instrument.orderUnit === 'lots' ? instrument.lotSize : 1;
  const bid = book.best('buy');
  const ask = book.best('sell');
  return [
    ['0', bid?.priceE4 ?? 0, (bid?.quantity ?? 0) / unit],
    ['1', ask?.priceE4 ?? 0, (ask?.quantity ?? 0) / unit],
    ['2', venue.market.lastE4(instrument.instrumentId), 0],
  ];
}

function textOf(entries: readonly Entry[]): string {
  return entries.join(';');
}

function snapshot(request: string, instrument: Instrument, entries: readonly Entry[]): AppMessage {
  const known = entries.filter(([, priceE4]) => priceE4 > 0);
  const body: Field[] = [[262, request], ...instrumentFields(instrument), [268, known.length]];
  for (const [type, priceE4, quantity] of known)
    body.push([269, type], [270, formatE4(priceE4)], [271, quantity]);
  return { type: 'W', body };
}

function incremental(
  changes: readonly { readonly one: Watched; readonly entries: readonly Entry[] }[],
): AppMessage {
  const groups = changes.flatMap(({ one, entries }) =>
    entries
      .filter(([type, priceE4]) => type !== '2' || priceE4 > 0)
      .map(([type, priceE4, quantity]): Field[] => [
        [279, priceE4 > 0 ? '1' : '2'],
        [269, type],
        ...instrumentFields(one.instrument),
        ...(priceE4 > 0
          ? ([
              [270, formatE4(priceE4)],
              [271, quantity],
            ] as Field[])
          : []),
      ]),
  );
  return { type: 'X', body: [[262, changes[0]?.one.request ?? ''], [268, groups.length], ...groups.flat()] };
}
