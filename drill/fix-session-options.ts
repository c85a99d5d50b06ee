import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { TlsOptions } from '#core/exchange/fix/connection.ts';
import { SESSION_DEFAULTS, type SessionConfig } from '#core/exchange/fix/machine-types.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';

export const USAGE = `usage: npm run fix-session -- acceptor|initiator --port N [--version 4.2|4.4] [--sender ISLD]
  [--target TW44] [--host 127.0.0.1] [--heartbeat 30] [--tls-cert FILE --tls-key FILE] [--tls-ca FILE]`;

export interface Options {
  readonly config: SessionConfig;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
}

/** The command line of `npm run fix-session`, or what is wrong with it. */
export function parseOptions(args: readonly string[]): Result<Options, string> {
  const text = { type: 'string' } as const;
  const options = {
    version: { ...text, default: '4.4' },
    port: text,
    sender: { ...text, default: 'ISLD' },
    target: text,
    host: { ...text, default: '127.0.0.1' },
    heartbeat: { ...text, default: '30' },
    'tls-cert': text,
    'tls-key': text,
    'tls-ca': text,
  };
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const role = positionals[0];
  if (positionals.length !== 1 || (role !== 'acceptor' && role !== 'initiator')) {
    return refuse('say one role: acceptor or initiator');
  }
  const { version, heartbeat } = values;
  if (version !== '4.2' && version !== '4.4') return refuse(`--version ${version} is not 4.2 or 4.4`);
  const lowestPort = role === 'acceptor' ? 0 : 1;
  const port = wholeBetween(values.port, lowestPort, 65_535);
  if (port === undefined)
    return refuse(`--port ${values.port ?? '(missing)'} is not from ${lowestPort} to 65535`);
  const heartbeatSeconds = wholeBetween(heartbeat, 1, 3_600);
  if (heartbeatSeconds === undefined) return refuse(`--heartbeat ${heartbeat} is not from 1 to 3600`);
  const target = values.target ?? `TW${version.replace('.', '')}`;
  for (const compId of [values.sender, target]) {
    if (!/^[\u0021-\u007e]{1,64}$/.test(compId)) return refuse(`"${compId}" is no CompID`);
  }
  const tls = readTls(values['tls-cert'], values['tls-key'], values['tls-ca'], role);
  if (!tls.ok) return tls;
  const config = sessionConfig({ role, version, sender: values.sender, target, heartbeatSeconds });
  return ok({ config, host: values.host, port, tls: tls.value });
}

interface Names {
  readonly role: 'acceptor' | 'initiator';
  readonly version: '4.2' | '4.4';
  readonly sender: string;
  readonly target: string;
  readonly heartbeatSeconds: number;
}

function sessionConfig(names: Names): SessionConfig {
  return {
    ...SESSION_DEFAULTS,
    name: `${names.sender}->${names.target}`,
    beginString: `FIX.${names.version}`,
    senderCompId: names.sender,
    targetCompId: names.target,
    role: names.role,
    heartbeatSeconds: names.heartbeatSeconds,
    resetOnLogon: true,
    replayApplication: true,
    strictness: 'strict',
    supportedTypes: new Set(['D', 'd']),
  };
}

function wholeBetween(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function readTls(
  cert: string | undefined,
  key: string | undefined,
  ca: string | undefined,
  role: string,
): Result<TlsOptions | undefined, string> {
  if (cert === undefined && key === undefined && ca === undefined) return ok(undefined);
  if ((cert === undefined) !== (key === undefined)) return refuse('--tls-cert and --tls-key go together');
  if (role === 'acceptor' && cert === undefined)
    return refuse('an acceptor with TLS needs --tls-cert and --tls-key');
  try {
    return ok({
      ...(cert === undefined ? {} : { cert: readFileSync(cert, 'utf8') }),
      ...(key === undefined ? {} : { key: readFileSync(key, 'utf8') }),
      ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}
