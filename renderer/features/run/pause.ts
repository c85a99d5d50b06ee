import { client } from '#renderer/api/desk.ts';
import { failureOf } from '#renderer/api/failure.ts';
import { notice } from '#renderer/look/notice.tsx';
import { liveRun } from './use-runs.ts';

/** One key, from any screen: the newest run releases nothing more. Says what came of it. */
export async function pauseLiveRun(): Promise<void> {
  const calls = client();
  if (calls === null) return notice('bad', 'NOT PAUSED: the desk is not connected.');
  try {
    const run = liveRun(await calls.squareOff.runs({}));
    if (run === null) return notice('info', 'No run is on.');
    if (run.state === 'paused')
      return notice('info', 'The run is paused already. Resume it in the live run view.');
    await calls.squareOff.pause({ runId: run.runId, why: 'paused by key' });
    notice('good', 'Paused: nothing more is released. What is at the exchange stays there.');
  } catch (error) {
    notice('bad', `NOT PAUSED: ${failureOf(error).text}`);
  }
}
