import { describe, expect, it } from 'vitest';
import { fitting } from './fitting.ts';

const COLUMNS = [
  { id: 'contract', width: 200 },
  { id: 'realised', width: 100, givesWay: 1 },
  { id: 'day', width: 50, givesWay: 2 },
  { id: 'warnings', width: 200 },
];

describe('columns that have room', () => {
  it.each([
    ['all while the room is not known', null, 'contract realised day warnings'],
    ['all with just enough room', 550, 'contract realised day warnings'],
    ['without the first that gives way', 549, 'contract realised warnings'],
    ['and no more than is needed', 500, 'contract realised warnings'],
    ['without all that give way', 499, 'contract warnings'],
    ['what gives no way stays in any room', 10, 'contract warnings'],
  ] as const)('%s', (_name, room, shown) => {
    expect(
      fitting(COLUMNS, room)
        .map(({ id }) => id)
        .join(' '),
    ).toBe(shown);
  });

  it('are the same list when all fit, so that nothing is drawn again', () => {
    expect(fitting(COLUMNS, 600)).toBe(COLUMNS);
  });
});
