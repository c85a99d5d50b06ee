import { ORPCError } from '@orpc/client';

/** Why a call did not do what it was asked, in words for the person who asked. */
export interface Failure {
  /** `REFUSED`, `UNAUTHORIZED`, `INTERNAL`, ... or `NO_ANSWER` when the wire broke. */
  readonly code: string;
  readonly reason: string;
  readonly text: string;
}

export function failureOf(error: unknown): Failure {
  if (!isCallError(error)) {
    return {
      code: 'NO_ANSWER',
      reason: 'no-answer',
      text: 'No answer from the desk. It may or may not have been done.',
    };
  }
  const { data } = error;
  if (hasText(data)) return { code: error.code, reason: data.reason, text: data.text };
  if (error.code === 'INTERNAL' && hasId(data)) {
    return {
      code: error.code,
      reason: 'internal',
      text: `A fault of the desk, number ${data.id} in its log.`,
    };
  }
  if (error.code === 'BAD_REQUEST') return { code: error.code, reason: 'bad-input', text: issuesOf(data) };
  return { code: error.code, reason: error.code.toLowerCase(), text: error.message };
}

function isCallError(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError;
}

function issuesOf(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues))
    return 'Bad input.';
  return data.issues
    .map(
      (issue: { readonly path?: readonly unknown[]; readonly message?: string }) =>
        `${(issue.path ?? []).join('.')}: ${issue.message ?? 'not valid'}`,
    )
    .join('; ');
}

function hasText(data: unknown): data is { readonly reason: string; readonly text: string } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'reason' in data &&
    'text' in data &&
    typeof data.text === 'string'
  );
}

function hasId(data: unknown): data is { readonly id: string } {
  return typeof data === 'object' && data !== null && 'id' in data;
}
