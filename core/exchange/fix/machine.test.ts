import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatUtc } from './codec-time.ts';
import { decode, encode, latin1, type Field } from './codec.ts';
import { initialState, saved, step } from './machine.ts';
import {
  SESSION_DEFAULTS,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
  type SessionState,
} from './machine-types.ts';

/*
 * Runs every transcript of definitions/ against the machine, with no sockets and no clock.
 *
 *   role, version, set   the session's configuration; set nextOut / nextIn: its stored numbers
 *   iCONNECT, iDISCONNECT  the connection comes, breaks      G  garbage comes
 *   I fields             a message comes: 8, 49, 52, 56 are filled in unless given; <TIME>, <TIME+10s>, <NEXT>
 *   E fields             a message goes out: 8, 9, 10, 49, 52, 56 are not compared; * is any value, <OUT> our last number
 *   J fields             the same message as the journal sees it
 *   X effect             any other effect; eDISCONNECT closes the connection
 *   T+31s                time passes, a tick each second
 *   SEND fields, BARRIER id, LOGOUT text, RESET who|why    what the desk does
 *   S name=value ...     the state now
 *   REPEAT n ... END     the lines between, n times
 *
 * Every effect must be written down, in its order: what is not expected is a failure.
 */
const FOLDER = join(import.meta.dirname, 'definitions');
const START_MS = 1_795_340_000_000;
const NOT_COMPARED: ReadonlySet<number> = new Set([8, 9, 10, 49, 52, 56]);

class Run {
  config: SessionConfig = {
    ...SESSION_DEFAULTS,
    name: 'transcript',
    beginString: 'FIX.4.4',
    senderCompId: 'DESK',
    targetCompId: 'VENUE',
    role: 'acceptor',
    supportedTypes: new Set(['D', '8', '9', 'j']),
  };
  state: SessionState = initialState();
  now = START_MS;
  effects: SessionEffect[] = [];
  lastOut: SessionEffect | undefined;
  readonly stored = new Map<number, { type: string; bytes: Uint8Array }>();

  feed(input: SessionInput): void {
    const before = structuredClone({ ...this.state, held: this.state.held.length });
    const given = this.state;
    const result = step(this.config, given, input, this.now, (seq) => this.stored.get(seq));
    assert.deepEqual({ ...given, held: given.held.length }, before, 'the given state is never changed');
    this.state = result.state;
    for (const effect of result.effects) {
      if (effect.kind === 'outbound' && !effect.resend) this.stored.set(effect.seq, effect);
    }
    this.effects.push(...result.effects);
  }

  fields(text: string): Field[] {
    const filled = text
      .replaceAll('<NEXT>', String(this.state.nextIn))
      .replaceAll(/<TIME(?:([+-]\d+)s)?>/g, (_, shift: string | undefined) =>
        formatUtc(this.now + Number(shift ?? '0') * 1_000),
      );
    return filled.split('|').map((field): Field => {
      const at = field.indexOf('=');
      return [Number(field.slice(0, at)), field.slice(at + 1)];
    });
  }

  frame(text: string): Uint8Array {
    const given = this.fields(text);
    const value = (tag: number, otherwise: string): string =>
      String(given.find((field) => field[0] === tag)?.[1] ?? otherwise);
    const rest = given.filter(([tag]) => ![8, 35, 49, 52, 56].includes(tag));
    const header: Field[] = [
      [35, value(35, '')],
      [49, value(49, this.config.targetCompId)],
      [52, value(52, formatUtc(this.now))],
      [56, value(56, this.config.senderCompId)],
    ];
    return unchecked(value(8, this.config.beginString), [...header, ...rest]);
  }

  set(name: string, value: string): void {
    if (name === 'nextOut' || name === 'nextIn') {
      this.state = initialState({ ...saved(this.state), [name]: Number(value) });
    } else if (name === 'username' || name === 'password') {
      const credentials = { username: '', password: '', ...this.config.credentials, [name]: value };
      this.config = { ...this.config, credentials };
    } else {
      const parsed = /^\d+$/.test(value) ? Number(value) : value === 'true' ? true : value;
      this.config = { ...this.config, [name]: parsed };
    }
  }
}

/** A frame that may hold what `encode` would not send: empty values. */
function unchecked(beginString: string, fields: readonly Field[]): Uint8Array {
  if (fields.every(([, value]) => value !== '')) return encode(beginString, fields);
  const body = fields.map(([tag, value]) => `${tag}=${value}\u0001`).join('');
  return Uint8Array.from(`8=${beginString}\u00019=${body.length}\u0001${body}10=000\u0001`, (char) =>
    char.charCodeAt(0),
  );
}

function shown(bytes: Uint8Array, expected: string): string {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.refusal.detail);
  const wanted = new Map(expected.split('|').map((field) => field.split('=', 2) as [string, string]));
  return decoded.value
    .fields()
    .filter(([tag]) => !NOT_COMPARED.has(tag))
    .map(([tag, value]) => `${tag}=${wanted.get(String(tag)) === '*' ? '*' : value}`)
    .join('|');
}

function effectText(effect: SessionEffect): string {
  switch (effect.kind) {
    case 'link':
      return effect.status;
    case 'deliver':
      return `deliver ${effect.seq} ${effect.message.type}${effect.possResend ? ' possResend' : ''}`;
    case 'peer-rejected':
      return `peer-rejected ${effect.refSeq}`;
    case 'peer-lacks':
    case 'inbound-skipped':
      return `${effect.kind} ${effect.fromSeq} ${effect.toSeq}`;
    case 'peer-has':
      return `peer-has ${effect.belowSeq}`;
    case 'barrier-passed':
      return `barrier-passed ${effect.id}`;
    case 'limit':
      return `limit ${effect.name}`;
    case 'refused':
      return `refused ${effect.reason}`;
    case 'outbound':
      return `outbound ${latin1(effect.bytes).replaceAll('\u0001', '|')}`;
    case 'disconnect':
      return `disconnect (${effect.reason})`;
    case 'sequence-reset':
      return effect.kind;
  }
}

function runLine(run: Run, line: string): void {
  const space = line.indexOf(' ');
  const word = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space + 1);
  if (['E', 'X', 'eDISCONNECT', 'J'].includes(word)) return expectEffect(run, word, rest);
  assert.deepEqual(run.effects.map(effectText), [], `nothing more before "${line}"`);
  if (word === 'role' || word === 'set' || word === 'version') {
    const at = rest.indexOf(' ');
    if (word === 'role') run.set('role', rest);
    else if (word === 'version') run.set('beginString', rest);
    else run.set(rest.slice(0, at), rest.slice(at + 1));
  } else if (word === 'iCONNECT') run.feed({ kind: 'connected' });
  else if (word === 'iDISCONNECT') run.feed({ kind: 'disconnected', reason: 'the line broke' });
  else if (word === 'G') run.feed({ kind: 'garbled' });
  else if (word === 'I') run.feed({ kind: 'received', frame: run.frame(rest) });
  else if (word === 'BARRIER') run.feed({ kind: 'barrier', id: rest });
  else if (word === 'LOGOUT') run.feed({ kind: 'logout', text: rest });
  else if (word === 'RESET') {
    run.feed({ kind: 'reset', by: rest.split('|')[0] ?? '', reason: rest.split('|')[1] ?? '' });
  } else if (word === 'SEND') {
    const [type, ...body] = run.fields(rest);
    run.feed({ kind: 'send', messages: [{ type: String(type?.[1]), body }] });
  } else if (word.startsWith('T+')) {
    for (let second = 0; second < Number.parseInt(word.slice(2), 10); second += 1) {
      run.now += 1_000;
      run.feed({ kind: 'tick' });
    }
  } else if (word === 'S') {
    for (const pair of rest.split(' ')) {
      const [name = ''] = pair.split('=');
      const now: unknown = run.state[name as keyof SessionState];
      assert.equal(`${name}=${typeof now === 'number' || typeof now === 'string' ? now : '?'}`, pair);
    }
  } else throw new Error(`no such line: ${line}`);
}

function expectEffect(run: Run, word: string, rest: string): void {
  if (word === 'J') {
    const effect = run.lastOut;
    if (effect?.kind !== 'outbound') throw new Error('J follows an E');
    return assert.equal(shown(effect.journal, rest), rest);
  }
  const effect = run.effects.shift();
  if (effect === undefined) throw new Error(`expected "${word} ${rest}", and nothing came`);
  if (word === 'E') {
    if (effect.kind !== 'outbound') throw new Error(`expected "${rest}", got ${effectText(effect)}`);
    run.lastOut = effect;
    const expected = rest.replaceAll('<OUT>', String(run.state.nextOut - 1));
    assert.equal(shown(effect.bytes, expected), expected);
  } else if (word === 'X') assert.equal(effectText(effect), rest);
  else assert.equal(effect.kind, 'disconnect', effectText(effect));
}

function linesOf(text: string): { number: number; line: string }[] {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, line: line.trim() }));
  const from = lines.findIndex(({ line }) => line.startsWith('REPEAT '));
  if (from < 0) return lines;
  const to = lines.findIndex(({ line }) => line === 'END');
  const times = Number(lines[from]?.line.slice(7));
  const inner = Array.from({ length: times }, () => lines.slice(from + 1, to)).flat();
  return [...lines.slice(0, from), ...inner, ...lines.slice(to + 1)];
}

describe('transcripts', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.def'));

  it('are there', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  it.each(files)('%s', (file) => {
    const run = new Run();
    for (const { number, line } of linesOf(readFileSync(join(FOLDER, file), 'utf8'))) {
      if (line === '' || line.startsWith('#')) continue;
      try {
        runLine(run, line);
      } catch (error) {
        throw new Error(
          `${file}:${number}: ${line}\n${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      }
    }
    expect(run.effects.map(effectText)).toEqual([]);
  });
});
