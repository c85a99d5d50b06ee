import { LINE_MAX, ROWS_MAX, refuseFile } from '#core/lib/table.ts';
import type { FileRefusal } from '#core/lib/table.ts';
import type { Result } from '#core/lib/result.ts';
import { ok } from '#core/lib/result.ts';
import { Instrument } from '#core/model/instrument.ts';
import type { ParsedRow } from './parse-contract.ts';

/** The native format: one JSON object of the model's `Instrument` a line. */
export function* parseLifeboat(text: string): Generator<ParsedRow, void, void> {
  let line = 0;
  for (const one of text.split('\n')) {
    line += 1;
    const trimmed = one.trim().replace(/^\ufeff/, '');
    if (trimmed === '') continue;
    const parsed = Instrument.safeParse(parseJson(trimmed));
    if (parsed.success) {
      yield { row: parsed.data, line };
      continue;
    }
    const [issue] = parsed.error.issues;
    const [column, reason] = [issue?.path.join('.') ?? '', issue?.message ?? 'not readable'];
    yield { bad: { line, column, reason } };
  }
}

/** Refuses what can not be JSON lines, before it is read line by line. */
export function checkLines(source: string, text: string): Result<null, FileRefusal> {
  let start = 0;
  let line = 1;
  while (start <= text.length) {
    const end = text.indexOf('\n', start);
    const length = (end < 0 ? text.length : end) - start;
    if (length > LINE_MAX) return refuseFile(source, `line ${line} is longer than ${LINE_MAX} characters`);
    if (line > ROWS_MAX) return refuseFile(source, `more than ${ROWS_MAX} lines`);
    if (end < 0) break;
    start = end + 1;
    line += 1;
  }
  const head = text
    .slice(0, 200)
    .trimStart()
    .replace(/^\ufeff/, '');
  if (!head.startsWith('{')) return refuseFile(source, 'the first line is no JSON object');
  return ok(null);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    // Not JSON at all: no object, so the schema names what is expected.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
