import { quantity } from './format.ts';

interface Scope {
  readonly segments: readonly string[];
  readonly accounts: readonly string[];
}

const SEGMENTS: Readonly<Record<string, string>> = {
  CM: 'cash',
  FO: 'F&O',
  CD: 'currency',
  COM: 'commodity',
};

/** `NSE:FO` as people read it: `NSE F&O`. */
export function segmentName(segment: string): string {
  const [exchange = '', name = ''] = segment.split(':');
  return `${exchange} ${SEGMENTS[name] ?? name}`;
}

/** What an emergency covers: `everything`, or `NSE F&O, 120 accounts`. */
export function scopeWords({ segments, accounts }: Scope): string {
  if (segments.length === 0 && accounts.length === 0) return 'everything';
  const where = segments.length === 0 ? 'all segments' : segments.map(segmentName).join(', ');
  const whose =
    accounts.length === 0
      ? 'all accounts'
      : `${quantity(accounts.length)} ${accounts.length === 1 ? 'account' : 'accounts'}`;
  return `${where}, ${whose}`;
}
