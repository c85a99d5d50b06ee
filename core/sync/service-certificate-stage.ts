import { onTestFinished } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached } from '#core/journal/stage.ts';
import type { Certificate } from './domain-certificate.ts';
import { carry, openDesk, type StagedDesk } from './service-handback-stage.ts';
import { PlayedLine, PlayedMain } from './service-handback-stage-main.ts';
import { acknowledged, filled, orderOf, planned, released, rowOf } from './stage-facts.ts';

export const ASKED = { by: 'head', persons: ['head', 'admin'] };

/** An emergency with one order that closed its row, main back, everything handed over. */
export function handedBack() {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  onTestFinished(() => desk.close());
  desk.append([boundReached('before')]);
  desk.move('SUSPECT', 'EMERGENCY');
  for (const fact of [planned('O1'), released('O1'), acknowledged('O1', '900'), filled('O1', '900', 'T1')])
    desk.append([fact]);
  desk.around.orders.set(orderOf('O1', 'FILLED').orderId, orderOf('O1', 'FILLED'));
  desk.around.rows = [rowOf(0)];
  desk.move('EMERGENCY', 'HANDBACK');
  line.up(main);
  const settled = (): void => carry(desk, line, main);
  settled();
  return { path, line, main, desk, settled };
}

/** Why no certificate can be signed, in one text. */
export function notYet(desk: StagedDesk): string {
  return desk.port.status().notYet.join(' ');
}

/** The same, compared: a certificate can be signed. */
export function compared() {
  const staged = handedBack();
  staged.desk.handlers.reconcile();
  staged.settled();
  if (notYet(staged.desk) !== '') throw new Error(notYet(staged.desk));
  return staged;
}

/** A certificate of the desk by its place in the list: its text, its content, its page. */
export function certificateAt(desk: StagedDesk, at: number) {
  const { id = '' } = desk.port.status().certificates.at(at) ?? {};
  const read = desk.handlers.certificate({ id });
  if (!read.ok) throw new Error(read.refusal.text);
  return { ...read.value, id, content: JSON.parse(read.value.json) as Certificate };
}
