import { oc } from '#core/lib/procedure.ts';
import { z } from 'zod';

const ModeName = z.enum(['STANDBY', 'SUSPECT', 'EMERGENCY', 'HANDBACK']);

const OutageShown = z.object({
  startedAtMs: z.number(),
  lastsMs: z.number(),
  /** Five minutes without a break. */
  reportable: z.boolean(),
  reportableAtMs: z.number(),
  reportDueAtMs: z.number(),
  reportOverdue: z.boolean(),
});

export const ModeShown = z.object({
  mode: ModeName,
  sinceMs: z.number(),
  why: z.string(),
  by: z.array(z.string()),
  main: z.enum(['never-seen', 'up', 'lost', 'declared-lost']),
  mayTrade: z.boolean(),
  personsToDeclareLost: z.number(),
  /** Null while main is up. */
  outage: OutageShown.nullable(),
});
export type ModeShown = z.infer<typeof ModeShown>;

export const Declaration = z.object({ reason: z.string().trim().min(5).max(500) });
export type Declaration = z.infer<typeof Declaration>;

export const modeContract = {
  get: oc.meta({ permission: 'mode.read', accounts: 'none' }).output(ModeShown),
  /** In STANDBY and HANDBACK a person's word that main is lost; in SUSPECT the confirmation that starts the emergency. */
  declareLost: oc
    .meta({ permission: 'mode.declare', accounts: 'none', action: 'mode' })
    .input(Declaration)
    .output(ModeShown),
  /** Main is back and a person accepts it: an emergency goes over to handback, a suspicion ends. */
  declareBack: oc
    .meta({ permission: 'mode.declare', accounts: 'none', action: 'mode' })
    .input(Declaration)
    .output(ModeShown),
};
