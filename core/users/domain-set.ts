import { z } from 'zod';
import { isReservedName, User, UserId } from './port.ts';

/*
 * The files that headquarters signs for desks without a network: two lines, canonical JSON and its signature.
 * Headquarters' tool writes them (main/headquarters.ts), a desk reads them (service-set.ts); both stand on this file.
 */

/** Persons of one desk, over all time: names are never given up. Also the most that one set may name. */
export const USERS_MAX = 2000;
/** No set is valid for longer: a lost desk must not keep its persons for years. */
const SET_DAYS_MAX = 400;
const DAY_MS = 86_400_000;

const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'up to forty of a-z 0-9 . _ -');
/** A group of desks, or the id of the one desk that is meant. */
const Group = z.string().min(1).max(40);
const Issue = z.int().positive();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal');

/** What a set says of a person, and a fact keeps. */
export const Profile = User.omit({ status: true, source: true }).extend({
  user: UserId.refine((user) => !isReservedName(user), 'this is no person’s name'),
});

/** A person of a set. With the code that hashes to `enrolmentCodeHash` they choose a password; null: no new code. */
const PersonOfSet = Profile.extend({ enrolmentCodeHash: Sha256.nullable() }).strict();

/** What a signed user set says: who there is of it, until when. */
export const UserSet = z
  .strictObject({
    kind: z.literal('lifeboat-user-set'),
    v: z.literal(1),
    set: Name,
    group: Group,
    issue: Issue,
    issuedAtMs: z.int(),
    validUntilMs: z.int(),
    users: z.array(PersonOfSet).min(1).max(USERS_MAX),
  })
  .refine(({ users }) => namedOnce(users.map((one) => one.user)), 'a person is in the set twice')
  .refine(
    ({ issuedAtMs, validUntilMs }) =>
      validUntilMs > issuedAtMs && validUntilMs <= issuedAtMs + SET_DAYS_MAX * DAY_MS,
    `a set is valid for up to ${SET_DAYS_MAX} days`,
  );
export type UserSet = z.infer<typeof UserSet>;

/** What a signed revocation list says: these persons may not work. It has no end, and names all that there are. */
export const RevocationList = z
  .strictObject({
    kind: z.literal('lifeboat-revocations'),
    v: z.literal(1),
    set: Name,
    group: Group,
    issue: Issue,
    issuedAtMs: z.int(),
    users: z.array(UserId).max(USERS_MAX),
  })
  .refine(({ users }) => namedOnce(users), 'a person is in the list twice');
export type RevocationList = z.infer<typeof RevocationList>;

/** What headquarters writes by hand; the tool makes a set of it. Strict: a misspelt word is refused, not dropped. */
export const SetDraft = z.strictObject({
  set: Name,
  group: Group,
  issue: Issue,
  validDays: z.int().min(1).max(SET_DAYS_MAX),
  users: z
    .array(
      Profile.extend({
        email: User.shape.email.default(''),
        mobile: User.shape.mobile.default(''),
        accounts: User.shape.accounts.default([]),
        limits: User.shape.limits.default({ orderNotionalE4: null, exitNotionalE4: null }),
        exchangeUsers: User.shape.exchangeUsers.default([]),
        /** True: a code is made, with which the person chooses a password at the desk. */
        newCode: z.boolean().default(false),
      }).strict(),
    )
    .min(1)
    .max(USERS_MAX),
});
export type SetDraft = z.infer<typeof SetDraft>;

export const RevocationDraft = z.strictObject({
  set: Name,
  group: Group,
  issue: Issue,
  users: z.array(UserId).max(USERS_MAX),
});
export type RevocationDraft = z.infer<typeof RevocationDraft>;

/** The set of a draft. `codeHash` gives the hash of a fresh code for a person who gets one. */
export function setOf(draft: SetDraft, issuedAtMs: number, codeHash: (user: string) => string): unknown {
  const { validDays, users, ...rest } = draft;
  return {
    kind: 'lifeboat-user-set',
    v: 1,
    ...rest,
    issuedAtMs,
    validUntilMs: issuedAtMs + validDays * DAY_MS,
    users: users.map(({ newCode, ...person }) => ({
      ...person,
      enrolmentCodeHash: newCode ? codeHash(person.user) : null,
    })),
  };
}

export function listOf(draft: RevocationDraft, issuedAtMs: number): unknown {
  return { kind: 'lifeboat-revocations', v: 1, ...draft, issuedAtMs };
}

/** One text for one meaning: members sorted by name, no blanks (RFC 8785), so that a hash names the content. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}

const SIGNATURE_LINE = /^ed25519 ([\w-]{86})$/;

/** The file: the canonical line, whose UTF-8 bytes are signed, and the signature (base64url). */
export function signedText(line: string, signature: string): string {
  return `${line}\ned25519 ${signature}\n`;
}

/** Both parts of such a file, or null when it carries no signature. Takes line ends that a transfer changed. */
export function partsOf(text: string): { readonly line: string; readonly signature: string } | null {
  const [line = '', second = '', ...more] = text.trimEnd().split(/\r?\n/);
  const signature = SIGNATURE_LINE.exec(second)?.[1];
  return signature === undefined || more.length > 0 ? null : { line, signature };
}

/** Crockford's base 32: nothing in it is taken for something else when it is read over a telephone. */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 20 characters of 5 bits: a hundred bits, which nobody finds from their hash. */
export const CODE_BYTES = 20;
const CODE_GROUP = 5;

/** An enrolment code as a person reads it, of as many random bytes: `7K2QD-...`. */
export function enrolmentCode(random: Uint8Array): string {
  const letters = Array.from(random, (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length] ?? '');
  return letters.map((letter, at) => (at > 0 && at % CODE_GROUP === 0 ? `-${letter}` : letter)).join('');
}

/** The code as it is hashed: however it was typed. */
export function plainCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

function namedOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
