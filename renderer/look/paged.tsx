import { useEffect, useRef, type ReactNode } from 'react';

/** What a dialog shows to be read and printed, over several pages of paper: the arrows scroll it at once. */
export function Paged({ children }: { readonly children: ReactNode }) {
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => page.current?.focus(), []);
  return (
    <div ref={page} className="printed paged" tabIndex={0} data-first>
      {children}
    </div>
  );
}
