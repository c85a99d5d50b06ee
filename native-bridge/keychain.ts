import type { AsyncEntry } from '@napi-rs/keyring';

/** One entry per account in the system's keychain. Each call rejects when the keychain is not there or locked. */
export interface Keychain {
  read(account: string): Promise<Uint8Array | null>;
  write(account: string, value: Uint8Array): Promise<void>;
  remove(account: string): Promise<void>;
}

const SERVICE = 'lifeboat';
/** Long enough for a person to unlock the keychain when the system asks for that. */
const ANSWER_MS = 45_000;

/**
 * The keychain of the system: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux. There
 * the kernel's keyring is no stand-in: it forgets everything at a restart, and the desk's journal with it.
 */
export function systemKeychain(): Keychain {
  return {
    read: async (account) => {
      const found = await answered((await entry(account)).getSecret());
      return found === null ? null : Uint8Array.from(found);
    },
    write: async (account, value) => answered((await entry(account)).setSecret(value)),
    remove: async (account) => void (await answered((await entry(account)).deleteCredential())),
  };
}

/** Loaded when asked for: where its binary is missing there is no keychain, and all else goes on. */
async function entry(account: string): Promise<AsyncEntry> {
  const keyring = await import('@napi-rs/keyring');
  return new keyring.AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
}

async function answered<Value>(asked: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`the keychain did not answer within ${ANSWER_MS / 1000} seconds`));
  }, ANSWER_MS);
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
