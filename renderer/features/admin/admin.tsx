import { useState } from 'react';
import { PartTabs } from '#renderer/look/part-tabs.tsx';
import { SessionsGrid } from '#renderer/look/sessions-grid.tsx';
import { BreakGlassSeal } from './break-glass-seal.tsx';
import { ImportSigned } from './import-signed.tsx';
import { Keys } from './keys.tsx';
import { Lockouts } from './lockouts.tsx';
import { Users } from './users.tsx';

const PARTS = [
  { part: 'users', label: 'Users' },
  { part: 'sessions', label: 'Sessions' },
  { part: 'keys', label: 'API keys' },
  { part: 'lockouts', label: 'Lockouts' },
  { part: 'break-glass', label: 'Break glass' },
  { part: 'import', label: 'Signed files' },
] as const;
type Part = (typeof PARTS)[number]['part'];

/** Who may be at this desk. The digits lead from part to part. */
export function Admin() {
  const [part, setPart] = useState<Part>('users');
  return (
    <section className="view" aria-label="Admin">
      <PartTabs label="Parts of the admin view" parts={PARTS} now={part} onPart={setPart} />
      {part === 'users' ? <Users /> : null}
      {part === 'sessions' ? <SessionsGrid of={null} /> : null}
      {part === 'keys' ? <Keys /> : null}
      {part === 'lockouts' ? <Lockouts /> : null}
      {part === 'break-glass' ? <BreakGlassSeal /> : null}
      {part === 'import' ? <ImportSigned /> : null}
    </section>
  );
}
