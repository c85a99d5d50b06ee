import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'fix-session.ts');
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** The first line of output that holds `text`. */
  line(text: string): Promise<string>;
}

function run(...args: string[]): Running {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString('latin1');
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const line = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = output.split('\n').find((each) => each.includes(text));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      void ended.then(() => {
        look();
        reject(new Error(`ended without "${text}": ${output}`));
      });
      look();
    });
  return { child, ended, line };
}

describe('fix-session', () => {
  it.each<[string, string[], string]>([
    ['no role', ['--port', '1'], 'say one role'],
    ['an unknown role', ['server', '--port', '1'], 'say one role'],
    ['no port', ['acceptor'], '--port (missing)'],
    ['a port out of range', ['acceptor', '--port', '70000'], '--port 70000'],
    ['a port of 0 to dial', ['initiator', '--port', '0'], '--port 0'],
    ['an unknown version', ['acceptor', '--port', '0', '--version', '5.0'], '--version 5.0'],
    ['an unknown option', ['acceptor', '--port', '0', '--colour', 'red'], '--colour'],
    ['a CompID that can not be sent', ['acceptor', '--port', '0', '--sender', 'a b'], 'no CompID'],
    ['a heartbeat of 0', ['acceptor', '--port', '0', '--heartbeat', '0'], '--heartbeat 0'],
    ['half of a certificate', ['acceptor', '--port', '0', '--tls-cert', 'x'], 'go together'],
    ['a file that is not there', ['initiator', '--port', '1', '--tls-ca', '/nowhere'], 'ENOENT'],
  ])('refuses %s with status 2', async (_name, args, reason) => {
    const refused = run(...args);
    expect(await refused.line('fix-session: ')).toContain(reason);
    expect(await refused.ended).toBe(2);
  });

  it.each(['4.2', '4.4'])('logs on in %s in both roles, and Ctrl-C logs out cleanly', async (version) => {
    const acceptor = run(
      'acceptor',
      '--version',
      version,
      '--port',
      '0',
      '--sender',
      'VENUE',
      '--target',
      'DESK',
    );
    const port = (await acceptor.line('listening on')).split(' ').at(-1) ?? '';
    const initiator = run(
      'initiator',
      '--version',
      version,
      '--port',
      port,
      '--sender',
      'DESK',
      '--target',
      'VENUE',
    );
    expect(await initiator.line('up')).toBe('DESK->VENUE up: logged on');
    expect(await acceptor.line('up')).toBe('VENUE->DESK up: logged on');
    initiator.child.kill('SIGINT');
    expect(await initiator.ended).toBe(0);
    expect(await acceptor.line('down')).toBe('VENUE->DESK down: the peer logged out');
    acceptor.child.kill('SIGINT');
    expect(await acceptor.ended).toBe(0);
  });
});
