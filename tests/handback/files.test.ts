import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '#drill/judge/read.ts';
import { walk } from '#drill/judge/timeline.ts';
import { DESK_COMP_ID } from '#drill/world/desk-config.ts';
import { agreed } from '#drill/world/seats.ts';
import { PaperMain, type Said } from './paper-main.ts';
import { Stage } from './stage.ts';

/** A main that does not speak our protocol: files go there by hand, and come back by hand. */
let stage: Stage;
const main = new PaperMain();
/** The file of each number as it was written first. */
const texts: string[] = [];

const write = async (): Promise<readonly string[]> =>
  (await stage.doors.admin.sync.writeFiles()).files.map(({ text }) => text);
const read = (number: string, said: Said = {}) =>
  stage.doors.admin.sync.readAck({ text: main.acknowledge(number, said) });
/** The desk's trades by the venue's own ledger. */
function traded(): Record<string, number> {
  const { lines } = walk(stage.world.book, readLedger(stage.world.ledger), [DESK_COMP_ID]);
  const nets = [...lines.values()].map(({ key, net, exposure }) => [key, net - exposure] as const);
  return Object.fromEntries(nets.filter(([, net]) => net !== 0));
}

beforeAll(async () => {
  stage = await Stage.open({ accounts: 240, positions: 1_800, onTheWire: false });
  await stage.start();
  await stage.emergency();
  await stage.exit();
  await stage.accept();
});
afterAll(() => stage.close());

describe('an exit that is handed back by file', () => {
  it('is more than one file', async () => {
    texts.push(...(await write()));
    expect(texts.length).toBeGreaterThan(1);
  });

  it('is booked once, whatever is lost, repeated and out of order', async () => {
    main.take(texts[1] ?? '');
    // The first was lost on its way: the same call writes the same bytes again.
    expect(await write()).toEqual(texts);
    main.take(texts[0] ?? '');
    for (const text of texts) main.take(text);
    expect(main.repeats).toBeGreaterThan(texts.length);
    expect(main.nets()).toEqual(traded());
  });

  it.each([
    ['of a later file', '2', {}, 'ack-out-of-order'],
    ['of another sum', '1', { sha256: '0'.repeat(64) }, 'ack-wrong-sum'],
    ['of another desk', '1', { desk: 'OTHER' }, 'ack-of-another-desk'],
    ['of fewer trades', '1', { taken: 7 }, 'ack-wrong-count'],
    ['of a trade that is not in it', '1', { refused: [['1', '1', 'no such client']] }, 'ack-wrong-row'],
  ] as const)(
    'does not believe an acknowledgement %s, and changes nothing',
    async (_what, number, said, reason) => {
      await expect(read(number, said)).rejects.toMatchObject({ data: { reason } });
      expect(await write()).toEqual(texts);
    },
  );

  it('ends with a certificate that names the files, and the trade that main did not take', async () => {
    const { admin, dealer } = stage.doors;
    const [, , , epoch = '', seq = ''] = texts[0]?.split('\n')[1]?.split(',') ?? [];
    const refused = [[epoch, seq, 'no such client']] as const;
    await read('1', { refused });
    await read('1', { refused });
    for (const number of main.files.keys()) if (number !== '1') await read(number);
    expect(await write()).toEqual([]);
    await admin.sync.reconcile();
    const { differences } = await admin.sync.differences();
    expect(differences).toMatchObject([
      {
        cause: 'fact-not-known-to-main',
        proposed: 'book-by-hand',
        text: expect.stringContaining('no such client'),
      },
    ]);
    await expect(admin.sync.sign()).rejects.toThrow('not decided');
    for (const { round, key } of differences)
      await admin.sync.decide({ round, key, repair: 'book-by-hand', why: 'RMS opens the client' });
    await agreed(() => admin.sync.sign(), dealer);
    const { certificates } = await admin.sync.status();
    const { json, page } = await admin.sync.certificate({ id: certificates[0]?.id ?? '' });
    expect(JSON.parse(json)).toMatchObject({
      way: 'file',
      files: Array.from({ length: texts.length }, (_, index) => ({ number: index + 1 })),
    });
    expect(page).toContain('no such client');
  });
});
