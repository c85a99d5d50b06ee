import { describe, expect, it } from 'vitest';
import type { OrderStatus } from './port.ts';
import type { OrderFactKind } from './status-rows.ts';
import { STATUS_TABLE } from './status-table.ts';

/**
 * Written by hand, cell by cell, apart from the table. Columns:
 * PL planned, WI withdrawn, PN pending new, NE new, PF partially filled, PC pending cancel, PR pending replace,
 * FI filled, CA canceled, RE rejected, EX expired, DD done for day, ID in doubt, UY unresolved yesterday, -- illegal.
 */
const EXPECTED = `
                            PL WI PN NE PF PC PR FI CA RE EX DD ID UY
order-withdrawn             WI -- -- -- -- -- -- -- -- -- -- -- -- --
order-released              PN -- -- -- -- -- -- -- -- -- -- -- -- --
order-acknowledged          -- -- NE NE PF PC PR FI CA RE EX DD ID UY
order-acknowledged-partly   -- -- PF PF PF PC PR FI CA RE EX DD ID UY
order-filled                -- -- PF PF PF PC PR FI CA RE EX DD ID UY
order-filled-in-full        -- -- FI FI FI FI FI FI CA RE EX DD FI FI
fill-conflicted             -- -- PN NE PF PC PR FI CA RE EX DD ID UY
fill-busted                 -- -- PN NE PF PC PR FI CA RE EX DD ID UY
fill-corrected              -- -- PN NE PF PC PR FI CA RE EX DD ID UY
cancel-requested            -- -- -- PC PC -- -- -- -- -- -- -- ID --
replace-requested           -- -- -- PR PR -- -- -- -- -- -- -- -- --
order-replaced              -- -- NE NE PF PC NE FI CA RE EX DD ID UY
order-replaced-partly       -- -- PF PF PF PC PF FI CA RE EX DD ID UY
order-replaced-in-full      -- -- FI FI FI FI FI FI CA RE EX DD FI FI
request-refused             -- -- PN NE PF NE NE FI CA RE EX DD ID UY
request-refused-partly      -- -- PF PF PF PF PF FI CA RE EX DD ID UY
order-canceled              -- -- CA CA CA CA CA FI CA RE EX DD CA CA
order-rejected              -- -- RE RE RE RE RE FI CA RE EX DD RE RE
order-expired               -- -- EX EX EX EX EX FI CA RE EX DD EX EX
order-done-for-day          -- -- DD DD DD DD DD FI CA RE EX DD DD DD
order-in-doubt              -- -- ID ID ID ID ID ID ID ID ID ID ID UY
order-not-delivered         -- -- ID ID ID ID ID FI CA RE EX DD ID UY
order-confirmed             -- -- NE NE PF PC PR FI CA RE EX DD NE UY
order-confirmed-partly      -- -- PF PF PF PC PR FI CA RE EX DD PF UY
order-confirmed-in-full     -- -- FI FI FI FI FI FI CA RE EX DD FI FI
order-confirmed-owing       -- -- ID ID ID ID ID FI CA RE EX DD ID UY
order-unresolved-yesterday  -- -- UY UY UY UY UY UY UY UY UY UY UY UY
decided-never-reached       -- -- -- -- -- -- -- FI CA RE EX DD RE RE
decided-canceled            -- -- -- -- -- -- -- FI CA RE EX DD CA CA
decided-filled              -- -- -- -- -- -- -- FI CA RE EX DD FI FI
day-rolled                  WI WI UY EX EX UY UY FI CA RE EX DD UY UY
`;

const SHORT: Readonly<Record<OrderStatus | 'illegal', string>> = {
  PLANNED: 'PL',
  WITHDRAWN: 'WI',
  PENDING_NEW: 'PN',
  NEW: 'NE',
  PARTIALLY_FILLED: 'PF',
  PENDING_CANCEL: 'PC',
  PENDING_REPLACE: 'PR',
  FILLED: 'FI',
  CANCELED: 'CA',
  REJECTED: 'RE',
  EXPIRED: 'EX',
  DONE_FOR_DAY: 'DD',
  IN_DOUBT: 'ID',
  UNRESOLVED_YESTERDAY: 'UY',
  illegal: '--',
};

const STATUSES = Object.keys(STATUS_TABLE) as OrderStatus[];
const KINDS = Object.keys(STATUS_TABLE.NEW) as OrderFactKind[];

describe('the order table (I5)', () => {
  const [header = '', ...lines] = EXPECTED.trim().split('\n');
  const columns = header.trim().split(/\s+/);
  const rows = new Map(lines.map((line) => [line.split(/\s+/)[0], line.trim().split(/\s+/).slice(1)]));

  it('has a hand-written cell for every status and every fact', () => {
    expect(new Set(rows.keys())).toEqual(new Set<string>(KINDS));
    expect(new Set(columns)).toEqual(new Set(STATUSES.map((status) => SHORT[status])));
  });

  it.each(STATUSES)('walks every cell of %s', (status) => {
    const column = columns.indexOf(SHORT[status]);
    const expected = KINDS.map((kind) => `${kind} ${rows.get(kind)?.[column] ?? 'absent'}`);
    expect(KINDS.map((kind) => `${kind} ${SHORT[STATUS_TABLE[status][kind]]}`)).toEqual(expected);
  });

  it('takes a fill in every status that was sent', () => {
    const sent = STATUSES.filter((status) => status !== 'PLANNED' && status !== 'WITHDRAWN');
    expect(sent.filter((status) => SHORT[STATUS_TABLE[status]['order-filled']] === '--')).toEqual([]);
  });
});
