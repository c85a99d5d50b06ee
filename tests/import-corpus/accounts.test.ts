import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { describe, expect, it } from 'vitest';
import { createAccounts } from '#core/accounts/service.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { accepted, corpusDesk } from './desk.ts';

describe('accounts', () => {
  const HEAD = '# as_of: 2026-11-23T08:00\naccount,name,type,pan,participant,branch,mobile,segments,status\n';
  const GOOD = 'AC0001,Asha Rao,CLI,ABCDE1234F,,MUM01,+91 98765 43210,CM FO,active\n';
  it('keep no PAN and no mobile, in no table and no fact', async () => {
    const own = scratchFolder();
    const desk = corpusDesk(own.path);
    const accounts = createAccounts(desk);
    const file = { source: 'a.csv', text: HEAD + GOOD, partial: false };
    accepted(await accounts.handlers.import(file, { by: 'asha' }));
    for (const entry of desk.journal.read(0, 100)) accounts.projection.memory(entry);
    expect(accounts.handlers.list({ text: '3210', limit: 10 }, { scope: EVERY_ACCOUNT })).toEqual({
      accounts: [
        {
          account: 'AC0001',
          name: 'Asha Rao',
          type: 'CLI',
          participant: '',
          panLast4: '234F',
          mobileLast4: '3210',
          segments: ['CM', 'FO'],
          status: 'active',
          branch: 'MUM01',
          dealers: [],
        },
      ],
      total: 1,
    });
    const stored = JSON.stringify([
      desk.journal.read(0, 100),
      desk.journal.reader.all('SELECT * FROM import_rows'),
    ]);
    expect(stored).not.toMatch(/ABCDE1|98765/);
    desk.journal.close();
  });

  it.each([
    [
      'a wrong PAN, without repeating it',
      GOOD.replace('ABCDE1234F', 'ABCDE12345'),
      'line 3, column pan: no PAN',
    ],
    ['an unknown type', GOOD.replace('CLI', 'FRIEND'), 'column type: "FRIEND" is none of PRO, CLI, INST'],
    ['an unknown segment', GOOD.replace('CM FO', 'XX'), 'column segments: "XX" is none of'],
    ['an account twice', GOOD + GOOD, 'line 4, column account: AC0001 is in the file twice'],
    ['no rows', '', 'the file has no rows'],
  ])('%s', async (_, rows, reason) => {
    const own = scratchFolder();
    const desk = corpusDesk(own.path);
    const accounts = createAccounts(desk);
    const before = desk.state();
    const done = await accounts.handlers.import(
      { source: 'a.csv', text: HEAD + rows, partial: false },
      { by: 'asha' },
    );
    expect(done.ok ? 'accepted' : done.refusal.text).toContain(reason);
    expect(JSON.stringify(done)).not.toContain('ABCDE12345');
    expect(desk.state()).toEqual(before);
    desk.journal.close();
  });
});
