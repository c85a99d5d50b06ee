import { dial } from '#core/exchange/fix/connection.ts';
import { z } from 'zod';
import type { ControlInput } from './control.ts';

const Reply = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** What `status` answers. */
export const VenueStatus = z.looseObject({
  faults: z.record(z.string(), z.int()),
  orders: z.int(),
  working: z.int(),
  trades: z.int(),
  segments: z.record(z.string(), z.string()),
  riskReduction: z.boolean(),
  sessions: z.record(z.string(), z.boolean()),
  pid: z.int(),
});
export type VenueStatus = z.infer<typeof VenueStatus>;

/** The venue did not do what it was asked, or could not be reached. */
export class VenueRefused extends Error {
  override readonly name = 'VenueRefused';
}

/** One command at the control port of a venue; its answer, or `VenueRefused`. */
export function askVenue(port: number, command: ControlInput): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let text = '';
    const connection = dial(
      { host: '127.0.0.1', port },
      {
        connected: () => connection.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`)),
        bytes: (bytes) => {
          text += decoder.decode(bytes, { stream: true });
          if (!text.includes('\n')) return;
          connection.close('answered');
          const reply = Reply.parse(JSON.parse(text));
          if (reply.ok) resolve(reply);
          else reject(new VenueRefused(reply.error ?? 'refused'));
        },
        closed: (reason) => reject(new VenueRefused(reason)),
      },
    );
  });
}
