import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { run } from './tool.ts';

/** Something the tests use that npm does not bring. */
interface Need {
  readonly name: string;
  /** The Debian package that brings it. */
  readonly debian: string;
  readonly why: string;
  present(): boolean;
}

function onPath(program: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

const POSTGRES = '/usr/lib/postgresql';

/** The folder with `initdb` and `postgres`, of the newest version; null when there is none. Debian keeps it off the PATH. */
export function postgresPrograms(): string | null {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES) : [];
  const folders = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(POSTGRES, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** Where the browser tests' Chromium is: named in LIFEBOAT_CHROMIUM, fetched by Playwright, or on the PATH. */
export function chromiumPath(): string | null {
  const named = process.env['LIFEBOAT_CHROMIUM'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : null;
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  return onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome');
}

const NEEDS: readonly Need[] = [
  {
    name: 'Chromium',
    debian: 'chromium',
    why: 'browser tests',
    present: () => chromiumPath() !== null,
  },
  {
    name: 'strace',
    debian: 'strace',
    why: 'the test that an order is on disk before it is on the wire',
    present: () => onPath('strace') !== null,
  },
  {
    name: 'g++',
    debian: 'g++',
    why: 'the independent FIX acceptor',
    present: () => onPath('g++') !== null,
  },
  {
    name: 'openssl',
    debian: 'openssl',
    why: 'the certificates of the test that speaks FIX over TLS',
    present: () => onPath('openssl') !== null,
  },
  {
    name: 'QuickFIX',
    debian: 'libquickfix-dev',
    why: 'the independent FIX acceptor',
    present: () =>
      ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((folder) =>
        existsSync(join(folder, 'quickfix', 'Session.h')),
      ),
  },
  {
    name: 'PostgreSQL',
    debian: 'postgresql',
    why: "the memory of main's stand-in",
    present: () => postgresPrograms() !== null,
  },
  {
    name: 'gnome-keyring',
    debian: 'gnome-keyring',
    why: 'the Secret Service of the keychain test',
    present: () => onPath('gnome-keyring-daemon') !== null,
  },
  {
    name: 'dbus-run-session',
    debian: 'dbus-daemon',
    why: 'the session bus of the keychain test',
    present: () => onPath('dbus-run-session') !== null,
  },
  {
    name: 'unshare',
    debian: 'util-linux',
    why: 'the test with the network cut off',
    present: () => onPath('unshare') !== null,
  },
  {
    name: 'ip',
    debian: 'iproute2',
    why: 'the test with the network cut off',
    present: () => onPath('ip') !== null,
  },
];

const missing = (): readonly Need[] => NEEDS.filter((need) => !need.present());

const QUIET = { show: false, env: { DEBIAN_FRONTEND: 'noninteractive' } };

/**
 * Sees to it that all that the tests need beyond npm is there: found, or installed through apt where this user
 * may, else named. Answers null when nothing is missing, else one line that says what is and how to get it.
 */
export async function provideNeeds(say: (line: string) => void): Promise<string | null> {
  const wanted = missing();
  if (wanted.length === 0) return null;
  const packages = [...new Set(wanted.map((need) => need.debian))];
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  const named = wanted.map((need) => `${need.name} (${need.why})`).join(', ');
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get') !== null;
  if (!mayInstall) return `missing: ${named}. Install with: sudo ${command}`;

  say(`installing ${packages.join(', ')} through apt`);
  const update = await run('apt-get', ['update', '-q'], QUIET);
  const install = await run(
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
    QUIET,
  );
  const still = missing();
  if (still.length === 0) return null;
  say((install.status === 0 ? update : install).output);
  return `missing: ${still.map((need) => need.name).join(', ')}, and apt could not bring it. Try: ${command}`;
}
