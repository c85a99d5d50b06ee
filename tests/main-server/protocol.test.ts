import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { certificateMessage } from '#core/sync/domain-certificate.ts';
import { FromDesk, FromMain, partText } from '#core/sync/messages.ts';
import { LogWriter } from './desk-log-writer.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/main-protocol.md'), 'utf8');
const examples = [...page.matchAll(/^```json\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line)),
);

it('shows every message, in the shape that the code takes', () => {
  const types = (schema: typeof FromDesk | typeof FromMain): string[] =>
    schema.options.map(({ shape }) => shape.type.value);
  const of = (schema: typeof FromDesk | typeof FromMain): string[] =>
    examples.flatMap((example) => {
      const parsed = schema.safeParse(example);
      return parsed.success ? [parsed.data.type] : [];
    });
  expect(of(FromDesk)).toEqual(expect.arrayContaining(types(FromDesk)));
  expect(of(FromMain)).toEqual(expect.arrayContaining(types(FromMain)));
  expect(of(FromDesk).length + of(FromMain).length).toBe(examples.length);
});

it('has the hashes and signatures that the code computes', () => {
  const log = new LogWriter('D1');
  log.append({ kind: 'bound-reached', v: 1, bound: '₹ 5', limit: 1, outcome: 'nothing' });
  log.sign();
  for (const { body, hash: of } of log.rows) {
    expect(page).toContain(`\`${body}\``);
    expect(page).toContain(`\`${of}\``);
  }
  const { rows, heads } = log;
  expect(examples).toContainEqual({ type: 'facts', rows: [rows[0]], heads: [heads[0]] });
  expect(page).toContain(`\n${heads[1]?.signature ?? 'none'}\n`);
});

it('has the checksum and the certificate that the code computes', () => {
  const rows = examples
    .map((example) => FromMain.safeParse(example).data)
    .find((one) => one?.type === 'snapshot-rows');
  if (rows === undefined) throw new Error('no rows are shown');
  const text = partText('users', rows.rows);
  expect(page).toContain(`\`\`\`text\n${text}\`\`\``);
  expect(page).toContain(`and \`${hash('sha256', text)}\``);
  const shown = examples
    .map((example) => FromDesk.safeParse(example).data)
    .find((one) => one?.type === 'certificate');
  const { signer } = new LogWriter('D1');
  const signature = signer.sign(Buffer.from(certificateMessage(shown?.text ?? '')));
  expect(shown?.signature).toBe(Buffer.from(signature).toString('hex'));
});
