import { z } from 'zod';
import type { MainCommand } from './control.ts';

const Reply = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** Main did not do what it was asked. */
class MainRefused extends Error {
  override readonly name = 'MainRefused';
}

/** One command at the control port of the stand-in for main; its answer, or `MainRefused`. */
export async function askMain(port: number, command: MainCommand): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify(command),
  });
  const reply = Reply.parse(await response.json());
  if (!reply.ok) throw new MainRefused(reply.error ?? 'refused');
  return reply;
}
