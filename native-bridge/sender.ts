import type { WebFrameMain } from 'electron';

/** The part of an IPC event that says who sent it. */
export interface SenderEvent {
  readonly senderFrame: Pick<WebFrameMain, 'url' | 'parent'> | null;
}

/** True only for the top frame of our own page: no frame inside it, and no page that it was led to. */
export function isOurPage(event: SenderEvent, pageUrl: string): boolean {
  const frame = event.senderFrame;
  if (frame === null || frame.parent !== null) return false;
  return withoutFragment(frame.url) === withoutFragment(pageUrl);
}

function withoutFragment(url: string): string {
  const at = url.indexOf('#');
  return at === -1 ? url : url.slice(0, at);
}
