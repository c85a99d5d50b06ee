import { z } from 'zod';

/**
 * How the broker margins a position. Known to the broker, not to the exchange.
 * MIS: intraday, must be closed today. NRML: carried derivative. CNC: delivery.
 */
export const Product = z.enum(['MIS', 'NRML', 'CNC']);
export type Product = z.infer<typeof Product>;
