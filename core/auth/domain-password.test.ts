import { describe, expect, it } from 'vitest';
import { PASSWORD_MAX, PASSWORD_MIN, normalised, passwordProblem } from './domain-password.ts';

const ASHA = { user: 'asha.k', name: 'Asha Kulkarni' };

describe('the policy of passwords', () => {
  it.each([
    ['a sentence', 'monsoon kettle ferry'],
    ['no upper case, digits or signs are asked for', 'thevioletgoatsings'],
    ['a name within a sentence', 'asha paints 7 green doors'],
    ['other scripts count by the character', 'नमस्ते दुनिया फिर मिलेंगे'],
    [
      'the longest',
      Array.from({ length: 25 }, (_, n) => `w${n} %x&`)
        .join('')
        .slice(0, PASSWORD_MAX),
    ],
  ])('lets through: %s', (_what, password) => {
    expect(passwordProblem(password, ASHA)).toBe(null);
  });

  it.each([
    ['one character less than the least', 'monsoon kett'.slice(0, PASSWORD_MIN - 1), 'at least'],
    ['one more than the most', 'monsoon kettle '.repeat(20).slice(0, PASSWORD_MAX + 1), 'at most'],
    ['one character again and again', 'zzzzzzzzzzzzzzzz', 'guessed'],
    ['a short word again and again', 'xkcxkcxkcxkcxkc', 'guessed'],
    ['the name', 'asha.k asha.k', 'guessed'],
    ['parts of the name in another case', 'ASHAKULKARNI1', 'guessed'],
    ['well-known words', 'Password-welcome', 'guessed'],
    ['a well-known word and the digits', 'lifeboat123456', 'guessed'],
    ['a row of keys', 'qwertyuiopasdf', 'guessed'],
    ['the alphabet backwards', 'zyxwvutsrqponm', 'guessed'],
  ])('refuses: %s', (_what, password, why) => {
    expect(passwordProblem(password, ASHA)).toContain(why);
  });

  it('takes what looks the same for the same', () => {
    expect(normalised('ﬁne ｍonsoon')).toBe(normalised('fine monsoon'));
    expect(normalised('é')).toBe(normalised('e\u0301'));
  });
});
