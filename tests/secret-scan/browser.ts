import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { chromiumPath } from '#build/needs.ts';

/** A browser with a profile folder of its own, as a person has one. */
export async function openBrowser(profile: string): Promise<BrowserContext> {
  const executablePath = chromiumPath();
  return await chromium.launchPersistentContext(profile, executablePath === null ? {} : { executablePath });
}

/** What scripts of a page can find again: localStorage, every IndexedDB, sessionStorage, names of caches, cookies. */
export async function storageOf(page: Page): Promise<Buffer> {
  const kept = await page.context().storageState({ indexedDB: true });
  const session = await page.evaluate<unknown>('[{ ...sessionStorage }, document.cookie]');
  const caches = await page.evaluate<unknown>('self.caches === undefined ? [] : self.caches.keys()');
  return Buffer.from(JSON.stringify([kept, session, caches]));
}
