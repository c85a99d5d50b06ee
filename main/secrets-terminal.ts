import { PASSPHRASE_BYTES_MAX } from './secrets-passphrase.ts';

/** A person at a terminal, who is asked without echo. */
export interface Terminal {
  /** Null when the person gave up. */
  ask(question: string): Promise<Buffer | null>;
}

const [INTERRUPT, END, BACKSPACE, NEWLINE, RETURN, DELETE] = [0x03, 0x04, 0x08, 0x0a, 0x0d, 0x7f];

/** The terminal of this process; null when it has none. */
export function systemTerminal(): Terminal | null {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return null;
  return {
    ask: async (question) => {
      stderr.write(question);
      stdin.setRawMode(true);
      try {
        return await typedLine(stdin);
      } finally {
        stdin.setRawMode(false);
        stderr.write('\n');
      }
    },
  };
}

function typedLine(stdin: NodeJS.ReadStream): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let typed: Buffer = Buffer.alloc(0);
    const end = (line: Buffer | null): void => {
      stdin.off('data', take).pause();
      resolve(line);
    };
    const take = (chunk: Buffer): void => {
      for (const byte of chunk) {
        if (byte === RETURN || byte === NEWLINE) return end(typed);
        if (byte === INTERRUPT || byte === END) return end(null);
        if (byte === BACKSPACE || byte === DELETE) typed = withoutLast(typed);
        else if (typed.length < PASSPHRASE_BYTES_MAX) typed = Buffer.concat([typed, Buffer.of(byte)]);
      }
    };
    stdin.on('data', take).resume();
  });
}

/** Without its last character, which in UTF-8 may be up to four bytes. */
function withoutLast(typed: Buffer): Buffer {
  let end = typed.length - 1;
  while (end > 0 && ((typed[end] ?? 0) & 0xc0) === 0x80) end--;
  return typed.subarray(0, Math.max(0, end));
}
