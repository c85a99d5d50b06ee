import { migration as journal } from './010-journal.ts';
import { migration as imports } from './015-imports.ts';
import { migration as orders } from './020-orders.ts';
import { migration as trades } from './030-trades.ts';
import { migration as exchange } from './060-exchange.ts';
import { migration as auth } from './070-auth.ts';
import { migration as sessions } from './075-sessions.ts';
import { migration as settings } from './080-settings.ts';
import { migration as sync } from './090-sync.ts';
import { migration as follow } from './091-follow.ts';
import { migration as users } from './120-users.ts';
import type { Migration } from '#core/journal/migrate.ts';

/** Every migration in rising order of its id; the tens belong to one service each (see docs/architecture.md). */
export const migrations: readonly Migration[] = [
  journal,
  imports,
  orders,
  trades,
  exchange,
  auth,
  sessions,
  settings,
  sync,
  follow,
  users,
];
