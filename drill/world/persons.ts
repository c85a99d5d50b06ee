import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { generateSync } from 'otplib';
import { z } from 'zod';
import { DEALER } from '#drill/book/book.ts';
import { writeWhole } from './world-file.ts';

/** What a person of a simulated world knows and holds: password, authenticator, recovery codes. */
export const Person = z.object({
  user: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'dealer']),
  password: z.string(),
  /** Base32; empty until the person has enrolled. */
  totpSecret: z.string(),
  /** Empty until the enrolment is confirmed: then the person can sign in. */
  recoveryCodes: z.array(z.string()),
  /** Step of the newest code that was handed out here: no code works twice. */
  usedStep: z.int(),
});
export type Person = z.infer<typeof Person>;

const PersonsFile = z.object({ persons: z.array(Person).length(2) });

/** A persons.json that can not be read. */
class PersonsFileError extends Error {
  override readonly name = 'PersonsFileError';
}

/** The persons that were made in this folder before; null when there are none. */
export function readPersons(path: string): readonly Person[] | null {
  if (!existsSync(path)) return null;
  const parsed = PersonsFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new PersonsFileError(`${path}: ${parsed.error.issues[0]?.message ?? 'nobody'}`);
  return parsed.data.persons;
}

/** Readable by this user only. */
export function writePersons(path: string, persons: readonly Person[]): void {
  writeWhole(path, JSON.stringify({ persons }, null, 2), 0o600);
}

/** The two of a simulated desk, before the desk knows them: fresh passwords, no authenticator yet. */
export function freshPersons(): Person[] {
  const nobody = { totpSecret: '', recoveryCodes: [], usedStep: 0 };
  return [
    { ...nobody, user: 'ravi', name: 'Ravi Menon', role: 'admin', password: freshPassword() },
    { ...nobody, user: DEALER, name: 'Asha Kulkarni', role: 'dealer', password: freshPassword() },
  ];
}

/** Without the letters and digits that look alike: a person may have to type it. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_GROUPS = 4;
const GROUP_LETTERS = 5;

function freshPassword(): string {
  const letter = (): string => LETTERS.charAt(randomInt(LETTERS.length));
  const group = (): string => Array.from({ length: GROUP_LETTERS }, letter).join('');
  return Array.from({ length: PASSWORD_GROUPS }, group).join('-');
}

/** A code of RFC 6238 changes this often. */
export const STEP_MS = 30_000;
/** A code of the step before the desk's own still works; so late in a step it might be two steps old on arrival. */
const LATE_IN_STEP_MS = 20_000;

/** The code of one step of the desk's clock. */
export function codeOf({ totpSecret }: Pick<Person, 'totpSecret'>, step: number): string {
  return generateSync({ secret: totpSecret, epoch: (step * STEP_MS) / 1000 });
}

/** The first step whose code still works now and was not handed out before. */
export function nextStep({ usedStep }: Pick<Person, 'usedStep'>, nowMs: number): number {
  return Math.max(Math.floor(nowMs / STEP_MS), usedStep + 1);
}

/** The step whose code is used to enrol: the one before, where that is safe, so that the code of now is left. */
export function enrolmentStep(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS) - (nowMs % STEP_MS < LATE_IN_STEP_MS ? 1 : 0);
}
