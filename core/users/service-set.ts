import { createHash, timingSafeEqual } from 'node:crypto';
import { isSignedBy } from '#core/journal/signer.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { z } from 'zod';
import { no } from './domain.ts';
import { canonical, partsOf, plainCode } from './domain-set.ts';
import type { UserRefusal } from './port.ts';

/** A file of headquarters: what it says, and the hash of the line that says it. */
export interface SignedFile<File> {
  readonly file: File;
  readonly sha256: string;
}

/** Reads a signed file. The signature comes first: nothing of an unsigned file is looked at. */
export function readSigned<Shape extends z.ZodType>(
  text: string,
  shape: Shape,
  headquartersKey: string | null,
): Result<SignedFile<z.output<Shape>>, UserRefusal> {
  if (headquartersKey === null) {
    return no('set-not-signed', 'This desk has no key of headquarters to check a signature with.');
  }
  const parts = partsOf(text);
  if (parts === null) return no('set-not-signed', 'The file is not two lines, the second a signature.');
  const line = Buffer.from(parts.line);
  if (!isSignedBy(Buffer.from(headquartersKey, 'hex'), line, Buffer.from(parts.signature, 'base64url'))) {
    return no('set-not-signed', 'The signature is not of the headquarters that this desk knows.');
  }
  const said = parsed(parts.line);
  if (said === null) return no('set-unreadable', 'The signed line is not canonical JSON.');
  const read = shape.safeParse(said);
  if (!read.success) {
    const { path, message } = read.error.issues[0] ?? { path: [], message: 'not readable' };
    return no('set-unreadable', `${path.join('.') || 'file'}: ${message}`);
  }
  return ok({ file: read.data, sha256: createHash('sha256').update(line).digest('hex') });
}

/** Takes the same time whether the code is wrong or there is none. */
export function isCode(typed: string, codeHash: string | null): boolean {
  const hash = createHash('sha256').update(plainCode(typed)).digest();
  const wanted = Buffer.from(codeHash ?? '0'.repeat(64), 'hex');
  return timingSafeEqual(hash, wanted) && codeHash !== null;
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return canonical(value) === line ? value : null;
  } catch {
    // No JSON, or nested past any stack: the caller names the file.
    return null;
  }
}
