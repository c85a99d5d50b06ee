import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { TODAY, accepted, corpusDesk } from './desk.ts';

describe("the files of the drill's book", () => {
  it('come in whole, once, and a second time change nothing', async () => {
    const folder = scratchFolder();
    mkdirSync(`${folder.path}/files`);
    const book = makeBook({ seed: 7, accounts: 20, positions: 200, tradingDate: TODAY });
    const files = writeBook(book, `${folder.path}/files`);
    const desk = corpusDesk(folder.path);
    const text = readFileSync(files.instruments, 'utf8');
    expect(accepted(await desk.contracts('lifeboat', text))).toMatchObject({
      rows: book.instruments.length,
      refused: 0,
    });
    expect([...desk.instruments.port.all()]).toEqual(book.instruments);

    const file = { source: 'positions.csv', text: readFileSync(files.positions, 'utf8'), partial: false };
    const report = accepted(await desk.positions(file, 'asha'));
    expect(report).toMatchObject({ rows: book.positions.length, refused: 0, repeated: false });
    const before = desk.state();
    expect(accepted(await desk.positions(file, 'asha'))).toMatchObject({ repeated: true });
    expect(accepted(await desk.contracts('lifeboat', text))).toMatchObject({ repeated: true });
    expect(desk.state()).toEqual(before);
    expect(desk.facts().slice(2)).toEqual(['instruments-imported', 'positions-imported']);
    desk.journal.close();

    const again = corpusDesk(folder.path);
    expect([...again.instruments.port.all()]).toEqual(book.instruments);
    expect(accepted(await again.positions(file, 'asha'))).toMatchObject({ repeated: true });
    again.journal.close();
  });
});
