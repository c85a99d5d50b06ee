/**
 * The smallest desk: appends a fact, then writes its id to a socket, again and again.
 *
 *   node tests/durability/writer.ts FOLDER PORT COUNT FULL|NORMAL|OFF
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Synchronous } from '#core/journal/sqlite.ts';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';

const [folder = '', port = '', count = '', synchronous = 'FULL'] = process.argv.slice(2);
const journal = openScratch({ ...scratchOptions(folder), synchronous: synchronous as Synchronous });
const socket = connect(Number(port), '127.0.0.1');
await once(socket, 'connect');
for (let n = 1; n <= Number(count); n++) {
  const key = `order-${String(n).padStart(6, '0')}`;
  const done = journal.append([boundReached(key)]);
  if (!done.ok) throw new Error(done.refusal.text);
  await new Promise((resolve) => socket.write(`${key}\n`, resolve));
}
socket.end();
await once(socket, 'close');
journal.close();
