import { it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { openDesk, PlayedLine, PlayedMain } from './service-handback-stage.ts';
import { filled } from './stage-facts.ts';
it('speed', () => {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  desk.move('SUSPECT', 'EMERGENCY');
  for (let n = 0; n < 100; n++) desk.append(Array.from({ length: 500 }, (_, m) => filled('O1', '900', `T${n}-${m}`)));
  desk.move('EMERGENCY', 'HANDBACK');
  let chars = 0, rows = 0;
  const real = line.link;
  (real as any).send = (m: any) => { if (m.type !== 'facts') return true; chars += JSON.stringify(m).length; rows += m.rows.length; const l = m.rows.at(-1); queue.push({ type: 'acked', epoch: l.epoch, seq: l.seq }); return true; };
  const queue: any[] = [];
  const t0 = performance.now();
  line.up(main, 5000);
  while (desk.port.status().handback.waiting > 0) { desk.settle(); for (const a of queue.splice(0)) line.say(a); }
  const ms = performance.now() - t0;
  console.log('rows', rows, 'ms', ms | 0, 'rows/s', (rows * 1000 / ms) | 0, 'MB', chars / 1e6);
  desk.close();
});
