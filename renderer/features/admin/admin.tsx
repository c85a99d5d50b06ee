import { useEffect, useState } from 'react';
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
  useDigits(setPart);
  return (
    <section className="view" aria-label="Admin">
      <div className="view-bar" role="tablist" aria-label="Parts of the admin view">
        {PARTS.map((one, index) => (
          <button
            key={one.part}
            type="button"
            role="tab"
            className="toggle"
            aria-selected={one.part === part}
            aria-pressed={one.part === part}
            onClick={() => setPart(one.part)}
          >
            {one.part === part ? '▸ ' : ''}
            {one.label} <kbd>{index + 1}</kbd>
          </button>
        ))}
      </div>
      {part === 'users' ? <Users /> : null}
      {part === 'sessions' ? <SessionsGrid of={null} /> : null}
      {part === 'keys' ? <Keys /> : null}
      {part === 'lockouts' ? <Lockouts /> : null}
      {part === 'break-glass' ? <BreakGlassSeal /> : null}
      {part === 'import' ? <ImportSigned /> : null}
    </section>
  );
}

function useDigits(onPart: (part: Part) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (typing || event.ctrlKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      const found = PARTS[Number(event.key) - 1];
      if (found !== undefined) onPart(found.part);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [onPart]);
}
