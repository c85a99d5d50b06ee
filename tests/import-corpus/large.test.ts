import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { accepted, corpusDesk } from './desk.ts';

const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n';
const ROWS = 20_000;

function large(): string {
  const rows = Array.from({ length: ROWS }, (_, n) => {
    const strike = 10_000 + 5 * n;
    return `${n},${n + 1},NIFTY26NOV${strike}CE,"NIFTY",0,2026-11-24,${strike},0.05,65,CE,NFO-OPT,NFO\n`;
  });
  return HEAD + rows.join('');
}

describe('a large contract file', () => {
  it('lets others write in between, and counts only with its one fact', async () => {
    const folder = scratchFolder();
    const desk = corpusDesk(folder.path);
    const importing = desk.contracts('kite', large());
    let ended = false;
    void importing.then(() => (ended = true));
    const between: { readonly appended: boolean; readonly contracts: number }[] = [];
    const second = await desk.contracts('kite', HEAD);
    expect(second).toMatchObject({ ok: false, refusal: { reason: 'import-running' } });
    while (!ended) {
      const done = desk.journal.append([
        { kind: 'bound-reached', v: 1, bound: 'other work', limit: 1, outcome: 'goes on' },
      ]);
      between.push({ appended: done.ok, contracts: desk.instruments.port.count() });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    accepted(await importing);
    expect(between.length).toBeGreaterThan(10);
    expect(new Set(between.map(({ appended }) => appended))).toEqual(new Set([true]));
    expect(between.slice(0, -1).every(({ contracts }) => contracts === 0)).toBe(true);
    expect(desk.instruments.port.count()).toBe(ROWS);
    expect(desk.facts().filter((kind) => kind === 'instruments-imported')).toHaveLength(1);
    desk.journal.close();
  });

  it('that was cut off by a stop counts for nothing and comes in whole the next time', async () => {
    const folder = scratchFolder();
    const text = large();
    const desk = corpusDesk(folder.path);
    void desk.contracts('kite', text).catch(() => undefined);
    while (Number(desk.state().rows?.['n'] ?? 0) < 5) await new Promise((resolve) => setImmediate(resolve));
    // What a killed process leaves: rows without their fact.
    const left = desk.journal.reader.all('SELECT sha256, n, body FROM import_rows');
    desk.journal.append([], (tx) => tx.run('UPDATE import_rows SET body = ?', '[["left over"]]'));
    expect(left.length).toBeGreaterThan(0);
    desk.journal.close();

    const again = corpusDesk(folder.path);
    expect(again.instruments.port.count()).toBe(0);
    expect(accepted(await again.contracts('kite', text))).toMatchObject({ rows: ROWS, repeated: false });
    expect(again.instruments.port.bySymbol('NSE', 'NIFTY26NOV10000CE')?.token).toBe('1');
    again.journal.close();
  });
});
