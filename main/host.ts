import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import log from 'electron-log/node.js';
import type { Host, Log, Secrets } from '#core/host.ts';

export interface HostOptions {
  readonly data: string;
  readonly screen: string | null;
  /** Added to the machine's clock: a drill lives at another time of day. */
  readonly clockOffsetMs: number;
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
    secrets: fileSecrets(join(options.data, 'secrets')),
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

/**
 * Keys in files that only this user may read. The OS keychain takes their place with the identity service;
 * until then the folder is the desk's, mode 0700.
 */
function fileSecrets(folder: string): Secrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pathOf = (name: string): string => join(folder, `${encodeURIComponent(name)}.key`);
  return {
    async get(name) {
      try {
        return readFileSync(pathOf(name));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async set(name, value) {
      const path = pathOf(name);
      writeFileSync(`${path}.new`, value, { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    },
  };
}
