import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import log from 'electron-log/node.js';
import type { Host, Log, Secrets } from '#core/host.ts';

export interface HostOptions {
  readonly data: string;
  readonly screen: string | null;
  /** Added to the machine's clock: a drill lives at another time of day. */
  readonly clockOffsetMs: number;
  /** Opened: `deskSecrets` of a desk, `simulationSecrets` of a drill. */
  readonly secrets: Secrets;
  readonly reached: Host['reached'];
}

/** What core needs from a machine, on plain Node and on Electron's main process alike. */
export function createHost(options: HostOptions): Host {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  return {
    now: () => Date.now() + options.clockOffsetMs,
    monotonicMs: () => performance.now(),
    randomBytes: (length) => randomBytes(length),
    random: () => Math.random(),
    every(everyMs, tick) {
      const timer = setInterval(tick, everyMs);
      return () => clearInterval(timer);
    },
    soon: (task) => void setImmediate(task),
    log: fileLog(join(options.data, 'desk.log')),
    paths: { data: options.data, screen: options.screen },
    secrets: options.secrets,
    reached: options.reached,
  };
}

const LOG_BYTES_MAX = 16 * 1024 * 1024;

function fileLog(path: string): Log {
  const logger = log.create({ logId: path });
  logger.transports.file.resolvePathFn = () => path;
  logger.transports.file.maxSize = LOG_BYTES_MAX;
  logger.transports.console.level = false;
  const write =
    (level: 'info' | 'warn' | 'error'): Log['info'] =>
    (message, details) => {
      logger[level](details === undefined ? message : `${message} ${JSON.stringify(details)}`);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
