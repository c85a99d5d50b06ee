import { describe, expect, it } from 'vitest';
import { isOurPage, type SenderEvent } from './sender.ts';

const PAGE = 'file:///opt/lifeboat/dist/renderer/index.html';
const from = (url: string, parent: unknown = null): SenderEvent => ({
  senderFrame: { url, parent } as SenderEvent['senderFrame'],
});

describe('the sender of a message', () => {
  it.each([
    ['our page', from(PAGE), true],
    ['our page with a fragment', from(`${PAGE}#here`), true],
    ['another file', from('file:///tmp/index.html'), false],
    ['a site', from('https://evil.example/'), false],
    ['a frame inside our page', from(PAGE, {}), false],
    ['a frame that is gone', { senderFrame: null }, false],
  ])('is %s', (_who, event, ours) => {
    expect(isOurPage(event, PAGE)).toBe(ours);
  });
});
