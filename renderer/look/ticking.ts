import { useEffect, useState } from 'react';
import { deskNow } from '#renderer/api/desk.ts';

/** The desk's time, read again every second. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(deskNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(deskNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
