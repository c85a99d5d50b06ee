/** Appends without end and says each acknowledged number on standard output: `node appender.ts FOLDER`. */
import { writeSync } from 'node:fs';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';

const journal = openScratch(scratchOptions(process.argv[2] ?? ''));
for (let n = 0; ; n++) {
  const facts = Array.from({ length: 1 + (n % 7) }, (_, index) =>
    boundReached(`${n}/${index} ${'x'.repeat(n % 900)}`),
  );
  const done = journal.append(facts);
  if (!done.ok) throw new Error(done.refusal.text);
  writeSync(1, `${journal.head().seq}\n`);
}
