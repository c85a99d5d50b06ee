import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const parse = (line: string) =>
  parseOptions(
    line.split(' ').filter((word) => word !== ''),
    1234,
  );
const valueOf = (line: string) => {
  const parsed = parse(line);
  if (!parsed.ok) throw new Error(parsed.refusal);
  return parsed.value;
};

describe('the command line of a drill', () => {
  it('has a default for everything', () => {
    expect(valueOf('')).toMatchObject({
      positions: 200,
      accounts: 50,
      seed: 1234,
      rate: 100,
      faults: [],
      kill: null,
      mainScenario: 'healthy',
      mainLink: [],
      desks: 1,
      facts: 0,
    });
  });

  it('reads what main does', () => {
    expect(valueOf('--main-scenario old-data --main-link cut,reorder --desks 3 --facts 10000')).toMatchObject(
      { mainScenario: 'old-data', mainLink: ['cut', 'reorder'], desks: 3, facts: 10_000 },
    );
    expect(valueOf('--kill main --kill-at after-commit-before-ack').kill).toEqual({
      target: 'main',
      at: 'after-commit-before-ack',
    });
    expect(valueOf('--kill desk --kill-at handback-ack').kill).toEqual({
      target: 'desk',
      at: 'handback-ack',
    });
  });

  it.each(['--gateway fix://ME@127.0.0.1:9878/ISLD?version=4.2 --ledger l', '--plant overclose'])(
    'leaves main out with %s, unless it is asked for',
    (line) => {
      expect(valueOf(line).mainScenario).toBeNull();
      expect(valueOf(`${line} --main-scenario healthy`).mainScenario).toBe('healthy');
    },
  );

  it('reads every option', () => {
    expect(
      valueOf(
        '--accounts 5 --positions 40 --seed 7 --rate off --faults reject,halt --plant overclose --json --keep',
      ),
    ).toMatchObject({
      accounts: 5,
      positions: 40,
      seed: 7,
      rate: null,
      faults: ['reject', 'halt'],
      plant: 'overclose',
      json: true,
      keep: true,
    });
    expect(valueOf('--kill link --kill-at ack-fill').kill).toEqual({ target: 'link', at: 'ack-fill' });
    expect(valueOf('--gateway fix://ME@127.0.0.1:9878/ISLD?version=4.2 --ledger l.ndjson').gateway).toEqual({
      sender: 'ME',
      host: '127.0.0.1',
      port: 9878,
      target: 'ISLD',
      version: '4.2',
    });
    expect(valueOf('--instruments a --positions-file b').files).toEqual({ instruments: 'a', positions: 'b' });
  });

  it('lets main be killed beside another exchange', () => {
    const line = '--gateway fix://ME@127.0.0.1:9878/ISLD?version=4.2 --ledger l --main-scenario healthy';
    expect(valueOf(`${line} --kill main --kill-at any`).kill).toEqual({ target: 'main', at: 'any' });
    expect(parse(`${line} --kill exchange`).ok).toBe(false);
  });

  it('draws the point of a kill from the seed', () => {
    expect(valueOf('--kill desk --seed 7').kill).toEqual(valueOf('--kill desk --seed 7').kill);
  });

  it.each([
    ['--nonsense', 'nonsense'],
    ['word', 'word'],
    ['--positions', '--positions'],
    ['--positions 0', '--positions 0 is not a whole number from 1'],
    ['--positions 1e3', '--positions 1e3'],
    ['--rate -1', '--rate'],
    ['--seed x', '--seed x'],
    ['--faults reject,typhoon', 'unknown fault typhoon'],
    ['--kill printer', '--kill printer is unknown; there are desk, exchange, link, main'],
    ['--kill-at ack-fill', '--kill-at needs --kill'],
    ['--kill desk --kill-at lunch', '--kill-at lunch is unknown'],
    ['--plant nothing', '--plant nothing is unknown'],
    ['--gateway http://a@b:1/c?version=4.4 --ledger l', '--gateway http://'],
    ['--gateway fix://a@b:1/c?version=5.0 --ledger l', '--gateway fix://a@b:1/c?version=5.0'],
    ['--gateway fix://a@b:70000/c?version=4.4 --ledger l', '70000'],
    ['--gateway fix://a@b:1/c?version=4.4', '--gateway and --ledger go together'],
    ['--ledger l', '--gateway and --ledger go together'],
    ['--gateway fix://a@b:1/c?version=4.4 --ledger l --faults halt', '--faults'],
    ['--gateway fix://a@b:1/c?version=4.4 --ledger l --kill link', '--kill link'],
    ['--kill exchange --kill-at handback-send', '--kill-at handback-send is unknown'],
    ['--kill main --kill-at write-ack', '--kill-at write-ack is unknown'],
    ['--main-scenario lunch', '--main-scenario lunch is unknown'],
    ['--main-link cut,lunch', '--main-link lunch is unknown'],
    ['--main-scenario none --kill main', '--kill main'],
    ['--main-scenario none --desks 2', '--desks'],
    ['--desks 0', '--desks 0 is not'],
    ['--instruments a', '--instruments and --positions-file go together'],
  ])('refuses %s by name', (line, words) => {
    const parsed = parse(line);
    expect(parsed.ok ? 'taken' : parsed.refusal).toContain(words);
  });
});
