import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import { decode, encode, type Field } from '#core/exchange/fix/codec.ts';
import { validateMessage } from '#core/exchange/fix/messages.ts';
import { quantile, timed, type Figure, type Options } from './figure.ts';

const HERE = join(import.meta.dirname, 'quickfix');
const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'quickfix-measure');
const COMPILER = 'g++';
const FLAGS = ['-std=gnu++14', '-O2', '-w'];
const COUNT = 100_000;
/** The two take turns. */
const TURNS = 5;
const NANOSECONDS = 1_000_000;
const TIME = '20261123-09:20:00.000';

const REPORT = encode('FIX.4.4', [
  ...([
    [35, '8'],
    [34, 177],
    [49, 'VENUE'],
    [52, TIME],
    [56, 'DESK'],
    [37, '1100000000012345'],
    [11, '20261123-D1-000012'],
    [17, 'E123456'],
    [150, 'F'],
    [39, '1'],
    [1, 'CL0001'],
    [55, 'NIFTY'],
    [167, 'FUT'],
    [200, '202611'],
    [54, '2'],
    [38, 1800],
    [40, '2'],
    [44, '24500.05'],
    [59, '0'],
    [32, 65],
    [31, '24500.05'],
    [151, 1735],
    [14, 65],
    [6, '24500.05'],
    [60, TIME],
    [58, 'partial fill'],
  ] satisfies Field[]),
]);

/** Encoding and decoding with every check, against QuickFIX C++ on the same messages. 1 is as fast as it. */
export function measure({ folder }: Options): Figure[] {
  const file = join(folder, 'report.fix');
  writeFileSync(file, REPORT);
  const program = compiled();
  const turns = Array.from({ length: TURNS }, () => {
    const mine = { encode: nanoseconds(encodeOne), decode: nanoseconds(decoder()) };
    const args = [join(HERE, 'dictionary.xml'), file, String(COUNT)];
    const [encoded = '', decoded = ''] = execFileSync(program, args, { encoding: 'utf8' }).split('\n');
    return { mine, theirs: { encode: Number(encoded), decode: Number(decoded) } };
  });
  return (['encode', 'decode'] as const).map((what) => {
    const mine = quantile(
      turns.map((turn) => turn.mine[what]),
      0.5,
    );
    const theirs = quantile(
      turns.map((turn) => turn.theirs[what]),
      0.5,
    );
    return {
      name: what === 'encode' ? 'FIX encode, a new order' : 'FIX decode with all checks, an execution report',
      limit: 'QuickFIX C++ on the same message',
      ratio: mine / theirs,
      target: 1,
      seen: `${mine.toFixed(0)} ns against ${theirs.toFixed(0)} ns`,
    };
  });
}

let number = 1;

function encodeOne(): number {
  number += 1;
  return encode('FIX.4.4', [
    [35, 'D'],
    [34, number],
    [49, 'DESK'],
    [52, TIME],
    [56, 'VENUE'],
    [11, '20261123-D1-000012'],
    [1, 'CL0001'],
    [55, 'NIFTY'],
    [167, 'FUT'],
    [200, '202611'],
    [54, '2'],
    [38, 1800],
    [40, '2'],
    [44, '24500.05'],
    [59, '0'],
    [60, TIME],
  ]).length;
}

/** From the bytes of the stream: framed, summed, parsed, held against the dictionary. */
function decoder(): () => number {
  const framer = createFramer();
  return () => {
    let kept = 0;
    for (const event of framer.push(REPORT)) {
      if (event.kind !== 'frame') throw new Error('the report is a frame');
      const decoded = decode(event.bytes);
      if (!decoded.ok) throw new Error(decoded.refusal.detail);
      const fault = validateMessage('FIX.4.4', decoded.value, 'strict');
      if (fault !== undefined) throw new Error(`the report is refused: ${fault.reason}`);
      kept += decoded.value.get(11)?.length ?? 0;
    }
    return kept;
  };
}

function nanoseconds(work: () => number): number {
  let kept = 0;
  for (let n = 0; n < COUNT / 4; n += 1) kept += work();
  const ms = timed(() => {
    for (let n = 0; n < COUNT; n += 1) kept += work();
  });
  if (kept === 0) throw new Error('the work was done');
  return (ms * NANOSECONDS) / COUNT;
}

/** The measurement on the other engine, compiled once for each content of its source. */
function compiled(): string {
  const source = join(HERE, 'measure.cpp');
  const hash = createHash('sha256').update(FLAGS.join(' ')).update(readFileSync(source)).digest('hex');
  const path = join(CACHE, hash.slice(0, 16));
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const fresh = `${path}.${process.pid}`;
  execFileSync(COMPILER, [...FLAGS, source, '-o', fresh, '-lquickfix', '-lpthread'], { stdio: 'inherit' });
  renameSync(fresh, path);
  return path;
}
