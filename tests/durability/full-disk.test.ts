import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyFile } from '#core/journal/verify.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';

const DISK_MIB = 12;
const RESERVE_BYTES = 4 * 1024 * 1024;

/** A disk of that size that can really be filled; null where this process may not mount one. */
function smallDisk(): { readonly path: string } | null {
  const folder = scratchFolder();
  const mount = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder.path];
  if (spawnSync('mount', mount).status !== 0) return null;
  onTestFinished(() => {
    spawnSync('umount', [folder.path]);
  });
  return folder;
}

/** Appends until the journal refuses; the number of appends that it acknowledged. */
function fill(append: () => boolean): number {
  let done = 0;
  while (append()) done++;
  return done;
}

describe('a disk that is really full', () => {
  it('gives the reserve back, goes on, then refuses; nothing acknowledged is lost', (context) => {
    const disk = smallDisk();
    if (disk === null) return context.skip('only root may mount the small disk');
    const options = { ...scratchOptions(disk.path), reserveBytes: RESERVE_BYTES };
    const journal = openScratch(options);
    const append = (): boolean => journal.append([boundReached('x'.repeat(20_000))]).ok;
    expect(existsSync(`${disk.path}/desk.reserve`)).toBe(true);
    fill(append);
    expect(existsSync(`${disk.path}/desk.reserve`)).toBe(false);
    const bounds = journal
      .read(0, 10_000)
      .map(({ fact }) => (fact.kind === 'bound-reached' ? fact.bound : ''));
    expect(bounds.filter((bound) => bound === 'journal-reserve-bytes')).toHaveLength(1);
    expect(bounds.indexOf('journal-reserve-bytes')).toBeLessThan(bounds.length - 1);
    const head = journal.head();
    expect(append()).toBe(false);
    journal.close();

    expect(verifyFile(options.path)).toMatchObject({ value: { broken: null, head } });
    return undefined;
  });

  it('that is full at the start is opened without a reserve, with a warning', (context) => {
    const disk = smallDisk();
    if (disk === null) return context.skip('only root may mount the small disk');
    const options = scratchOptions(disk.path);
    openScratch(options).close();
    rmSync(`${disk.path}/desk.reserve`);
    writeFileSync(`${disk.path}/ballast`, Buffer.alloc((DISK_MIB - 1) * 1024 * 1024));
    const warnings: string[] = [];
    const log = { ...options.host.log, warn: (message: string) => void warnings.push(message) };
    const host = { ...options.host, log };
    const journal = openScratch({ ...options, host, reserveBytes: RESERVE_BYTES });
    expect(warnings).toEqual(['the disk has no room for the reserve of the journal']);
    expect(journal.append([boundReached('still written')]).ok).toBe(true);
    journal.close();
    return undefined;
  });
});
