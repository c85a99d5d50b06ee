import { onTestFinished } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { openDesk, type StagedDesk } from './service-handback-stage.ts';
import { PlayedLine } from './service-handback-stage-main.ts';
import { filled, NIFTY, planned, released } from './stage-facts.ts';

export const ASKED = { by: 'head', persons: ['head'] };

/** A desk whose main does not speak our protocol, in HANDBACK after one order with some trades. */
export function stage(trades = 3) {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  line.off();
  const desk = openDesk(path, line);
  onTestFinished(() => desk.close());
  desk.move('SUSPECT', 'EMERGENCY');
  desk.append([planned('O1'), released('O1')], (tx) => {
    tx.run(
      `INSERT INTO orders (order_id, trading_date, venue, account, instrument_id, product, side, quantity,
         order_type, price_e4, time_in_force, run_id, evidence, planned_at_ms)
       VALUES ('O1', '2026-11-23', 'nse-fo', 'C1', ?, 'MIS', 'sell', 65, 'limit', 1, 'DAY', NULL, ?, 0)`,
      NIFTY,
      JSON.stringify({ by: 'dealer-1', authority: 'mis-cut-off' }),
    );
  });
  desk.append(Array.from({ length: trades }, (_, n) => filled('O1', '900', `T${n + 1}`, 5)));
  desk.move('EMERGENCY', 'HANDBACK');
  return { path, line, desk };
}

export function files(desk: StagedDesk) {
  const written = desk.handlers.writeFiles();
  if (!written.ok) throw new Error(written.refusal.text);
  return written.value.files;
}

export interface AckTold {
  readonly number?: number;
  readonly desk?: string;
  readonly seq?: number;
  readonly sha256?: string;
  readonly taken?: number;
  readonly refused?: readonly [seq: number, reason: string][];
}

/** What main writes about a file. */
export function ack(text: string, told: AckTold = {}): string {
  const control = text.trimEnd().split('\n').at(-1)?.split(',') ?? [];
  const [, number = '', desk = '', epoch = '', seq = '', , , , , rows = '0', sha256 = ''] = control;
  const refused = told.refused ?? [];
  const said = [
    'A',
    told.number ?? number,
    told.desk ?? desk,
    epoch,
    told.seq ?? seq,
    told.sha256 ?? sha256,
    told.taken ?? Number(rows) - refused.length,
    '',
  ];
  const rest = refused.map(([at, reason]) => ['R', told.number ?? number, desk, epoch, at, '', '', reason]);
  return [
    'record,file,desk,epoch,seq,sha256,taken,reason',
    said.join(','),
    ...rest.map((row) => row.join(',')),
  ].join('\r\n');
}
