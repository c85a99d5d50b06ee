import { describe, expect, test } from 'vitest';
import { rowsOfCsv } from './csv.ts';

describe('the lines of a CSV text', () => {
  test.each([
    ['', []],
    ['a,b\n', [['a', 'b']]],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,\n,b\n',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['"x, y","he said ""no""\nand left"\n', [['x, y', 'he said "no"\nand left']]],
  ])('%j', (text, rows) => expect(rowsOfCsv(text)).toEqual(rows));
});
