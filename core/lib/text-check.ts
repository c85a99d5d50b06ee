import type { Refused } from './result.ts';
import { refuseFile } from './table.ts';
import type { FileRefusal } from './table.ts';

/** Characters of one imported file. */
export const FILE_MAX = 128 * 1024 * 1024;

/** Null when it may be a text of rows; else what it is instead. `text` was decoded as UTF-8. */
export function checkText(source: string, text: string): Refused<FileRefusal> | null {
  if (text.length > FILE_MAX) return refuseFile(source, `larger than ${FILE_MAX} characters`);
  if (text.trim().replace(/^\ufeff/, '') === '') return refuseFile(source, 'the file is empty');
  const zero = text.indexOf('\0');
  if (zero >= 0) {
    const wide = /^[^\0]{0,2}(?:[^\0]\0){3}|^[^\0]{0,2}(?:\0[^\0]){3}/.test(text.slice(0, 16));
    return refuseFile(
      source,
      wide ? 'UTF-16 text; save it as UTF-8' : `binary, not text (a zero at ${zero})`,
    );
  }
  const replaced = text.indexOf('\ufffd');
  if (replaced >= 0) {
    const line = text.slice(0, replaced).split('\n').length;
    return refuseFile(source, `not UTF-8 text (line ${line})`);
  }
  return null;
}
