import { WebSocket } from 'ws';
import { z } from 'zod';

/** V8 writes only so much of a long string into a snapshot unless it is told otherwise. */
const WHOLE_STRINGS = '--heap-snapshot-string-limit=100000000';
const INSPECT = '--inspect=127.0.0.1:0';
export const INSPECTED = [INSPECT, WHOLE_STRINGS] as const;

/** What Node prints on its error output where it can be inspected. */
export const INSPECTOR = /Debugger listening on (ws:\/\/\S+)/;

const Said = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.object({ chunk: z.string() }).partial().optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** The heap of a process after two forced collections, as V8 writes it down. */
export async function heapOf(inspector: string): Promise<Buffer> {
  const socket = new WebSocket(inspector, { maxPayload: 0 });
  const chunks: string[] = [];
  const waiting = new Map<number, { done: () => void; failed: (error: Error) => void }>();
  socket.on('message', (data: Buffer) => {
    const said = Said.parse(JSON.parse(data.toString('utf8')));
    if (said.method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(said.params?.chunk ?? '');
    if (said.id === undefined) return;
    const asked = waiting.get(said.id);
    if (said.error === undefined) asked?.done();
    else asked?.failed(new Error(said.error.message));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  let last = 0;
  const ask = (method: string): Promise<void> =>
    new Promise((done, failed) => {
      last += 1;
      waiting.set(last, { done, failed });
      socket.send(JSON.stringify({ id: last, method }));
    });
  // The inspector keeps what was printed, for its own console; a process that nobody inspects does not.
  await ask('Runtime.discardConsoleEntries');
  await ask('HeapProfiler.enable');
  await ask('HeapProfiler.collectGarbage');
  await ask('HeapProfiler.collectGarbage');
  await ask('HeapProfiler.takeHeapSnapshot');
  socket.close();
  return Buffer.from(chunks.join(''));
}
