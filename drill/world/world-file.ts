import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Port = z.int().min(1).max(65_535);
const Ports = z.object({ orders: Port, dropCopy: Port, marketData: Port, control: Port });

/** What a world must find again when it is started a second time in the same folder. */
export const WorldFile = z.object({
  seed: z.int(),
  tradingDate: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** Added to the machine's clock, by the venue and by the desk. */
  clockOffsetMs: z.int(),
  /** Where the venue listens; kept, so that a desk finds it again after a restart of either. */
  ports: Ports,
  files: z.object({
    book: z.string(),
    instruments: z.string(),
    accounts: z.string(),
    positions: z.string(),
    pendingOrders: z.string(),
    shortfall: z.string(),
  }),
});
export type WorldFile = z.infer<typeof WorldFile>;

/** A world.json that can not be read: says where and why. */
class WorldFileError extends Error {
  override readonly name = 'WorldFileError';
}

/** The world that was made in this folder before; null when there is none. */
export function readWorldFile(path: string): WorldFile | null {
  if (!existsSync(path)) return null;
  const parsed = WorldFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new WorldFileError(`${path}: ${parsed.error.issues[0]?.message ?? 'no world'}`);
  return parsed.data;
}

/** Whole or not at all, also when the machine stops in the middle of it. */
export function writeWhole(path: string, text: string, mode = 0o666): void {
  writeFileSync(`${path}.new`, text, { flush: true, mode });
  renameSync(`${path}.new`, path);
}
