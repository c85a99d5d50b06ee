import { Instrument } from '#core/model/instrument.ts';
import type { BadRow } from './contract.ts';

export interface ParsedContracts {
  readonly rows: readonly Instrument[];
  readonly bad: readonly BadRow[];
}

/** The native format: one JSON object of the model's `Instrument` a line. */
export function parseLifeboat(text: string): ParsedContracts {
  const rows: Instrument[] = [];
  const bad: BadRow[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const parsed = Instrument.safeParse(parseJson(line));
    if (parsed.success) {
      rows.push(parsed.data);
    } else {
      const [issue] = parsed.error.issues;
      bad.push({
        line: index + 1,
        column: issue?.path.join('.') ?? '',
        reason: issue?.message ?? 'not readable',
      });
    }
  }
  return { rows, bad };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON at all: no object, so the schema names what is expected.
    return undefined;
  }
}
