/** Characters (code points) of a password after normalising. NIST SP 800-63B: length counts, composition does not. */
export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 200;
/** Characters that must be left when names, well-known words, runs and repeats each count for one. */
const LEFT_MIN = 8;
/** A run of this many characters that follow each other (`1234`, `dcba`, `qwer`) counts for one. */
const RUN_MIN = 4;
/** Parts of a person's name that are shorter than this are words of any sentence. */
const NAME_PART_MIN = 3;

/** The commonest of published lists that are words, longest first where one is within another. */
const WELL_KNOWN = [
  'administrator',
  'changeme',
  'iloveyou',
  'lifeboat',
  'passw0rd',
  'password',
  'princess',
  'sunshine',
  'superman',
  'trustno1',
  'football',
  'baseball',
  'computer',
  'p@ssw0rd',
  'p@ssword',
  'welcome',
  'letmein',
  'default',
  'monkey',
  'dragon',
  'master',
  'shadow',
  'cricket',
  'mumbai',
  'broker',
  'dealer',
  'secret',
  'india',
  'admin',
  'hello',
  'login',
];
/** Keys in a row, and the alphabet and digits; also read backwards. */
const ROWS = ['0123456789', '1234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const ROWS_BOTH_WAYS = ROWS.flatMap((row) => [row, Array.from(row).toReversed().join('')]);

/** One text for what looks the same on different keyboards (NFKC, SP 800-63B 5.1.1.2). Hashed is only this. */
export function normalised(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Why this may not be a password, as a sentence for the person; null when it may. Pure and the same for every person,
 * so that it can be asked before anything is known of whoever asks.
 */
export function passwordProblem(
  password: string,
  person: { readonly user: string; readonly name: string },
): string | null {
  const text = normalised(password);
  const length = Array.from(text).length;
  if (length < PASSWORD_MIN) return `A password has at least ${PASSWORD_MIN} characters; a sentence is best.`;
  if (length > PASSWORD_MAX) return `A password has at most ${PASSWORD_MAX} characters.`;
  if (strength(text.toLowerCase(), namesOf(person)) >= LEFT_MIN) return null;
  return 'This password is easily guessed: it is mostly a name, well-known words, rows of keys or repeats.';
}

function namesOf({ user, name }: { readonly user: string; readonly name: string }): string[] {
  const parts = [user, ...user.split(/[._-]/), ...normalised(name).split(/\s+/)];
  const long = parts.map((part) => part.toLowerCase()).filter((part) => part.length >= NAME_PART_MIN);
  return long.toSorted((a, b) => b.length - a.length);
}

/** Characters that are left when everything that is guessed first counts for one. */
function strength(text: string, names: readonly string[]): number {
  let left = text;
  for (const word of [...names, ...WELL_KNOWN]) left = left.replaceAll(word, '\0');
  return Array.from(withoutRepeats(withoutRuns(left))).length;
}

/** `1234` and `rewq` become one character. */
function withoutRuns(text: string): string {
  let left = '';
  for (let at = 0; at < text.length;) {
    const run = longestRun(text, at);
    left += run >= RUN_MIN ? '\0' : text.charAt(at);
    at += run >= RUN_MIN ? run : 1;
  }
  return left;
}

function longestRun(text: string, at: number): number {
  let longest = 1;
  for (const row of ROWS_BOTH_WAYS) {
    const start = row.indexOf(text.charAt(at));
    if (start < 0) continue;
    let length = 1;
    while (start + length < row.length && row.charAt(start + length) === text.charAt(at + length))
      length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** `aaaa` becomes `a`, `abcabcabc` becomes `abc`. */
function withoutRepeats(text: string): string {
  return text.replaceAll(/(.{1,20}?)\1+/gsu, '$1');
}
