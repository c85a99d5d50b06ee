import { describe, expect, test } from 'vitest';
import { scopeWords } from './scope-words.ts';

describe('what an emergency covers, in words', () => {
  test.each([
    [{ segments: [], accounts: [] }, 'everything'],
    [{ segments: ['NSE:FO'], accounts: ['A', 'B'] }, 'NSE F&O, 2 accounts'],
    [{ segments: [], accounts: ['A'] }, 'all segments, 1 account'],
    [{ segments: ['NSE:CM', 'MCX:COM'], accounts: [] }, 'NSE cash, MCX commodity, all accounts'],
  ])('%j is %s', (scope, words) => expect(scopeWords(scope)).toBe(words));
});
