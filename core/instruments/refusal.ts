import type { JournalRefusal } from '#core/journal/port.ts';
import type { FileRefusal } from '#core/lib/table.ts';

export type InstrumentsRefusal =
  | { readonly reason: 'rows-refused' | 'import-running'; readonly text: string }
  | FileRefusal
  | JournalRefusal;
