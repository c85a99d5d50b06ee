import { Worker } from 'node:worker_threads';

/**
 * Runs `file` in a thread of its own and gives every message of it to `receive`, in order. Ends with the thread;
 * an error in the thread is a bug and rejects.
 */
export function runAside<Message>(
  file: URL,
  data: unknown,
  receive: (message: Message) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: data });
    worker.on('message', receive);
    worker.once('error', reject);
    worker.once('exit', () => {
      resolve();
    });
  });
}
