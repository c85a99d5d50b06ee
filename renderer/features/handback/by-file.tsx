import { useState } from 'react';
import { who } from '#renderer/api/desk.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { HandbackFile } from '#renderer/api/shapes.ts';
import { createStore, useStore } from '#renderer/api/store.ts';
import { quantity } from '#renderer/look/format.ts';
import { saveFile } from '#renderer/look/save-file.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { FenceList } from './fence-list.tsx';

/** As the desk takes it, characters. */
const ACK_TEXT_MAX = 4 * 1024 * 1024;

interface Written {
  readonly files: readonly HandbackFile[];
  readonly saved: ReadonlySet<string>;
}

const NONE: Written = { files: [], saved: new Set() };
/** Kept while another view is open: a file that was written waits until it is saved. */
const written = createStore<Written>(NONE);
// They hold facts of clients: they go with the session.
who.subscribe(() => {
  if (who.get() === null) written.set(NONE);
});

/** For a main that does not speak our protocol: files out, acknowledgements in, and what RMS must hold by hand. */
export function ByFile({ acts }: { readonly acts: boolean }) {
  if (!acts) return <p className="dim">Files hold facts of all accounts: they are for an admin.</p>;
  return (
    <div className="list handback">
      <div className="halves">
        <WriteFiles />
        <div className="half">
          <ReadAck />
          <FenceList />
        </div>
      </div>
    </div>
  );
}

function WriteFiles() {
  const { files, saved } = useStore(written);
  const { doing, run } = useCommand<number>();
  const write = async (): Promise<void> => {
    await run(async (calls) => {
      const next = (await calls.sync.writeFiles()).files;
      const before = written.get();
      const again = new Set(next.map(({ name }) => name));
      written.set({ ...before, files: [...before.files.filter(({ name }) => !again.has(name)), ...next] });
      return next.length;
    });
  };
  const save = (which: readonly HandbackFile[]): void => {
    for (const { name, text } of which) saveFile(name, text, 'text/csv');
    written.set({ files, saved: new Set([...saved, ...which.map(({ name }) => name)]) });
  };
  const waiting = files.filter(({ name }) => !saved.has(name));
  return (
    <section className="half" aria-label="Files for main">
      <h3>1 · Files for main</h3>
      <p>
        Numbered files of the trades that main has not acknowledged. Main takes them in the order of their
        numbers.
      </p>
      <div className="actions">
        <button
          type="button"
          className="primary"
          aria-busy={doing.state === 'asked'}
          onClick={() => void write()}
        >
          {doing.state === 'asked' ? '⋯ Writing' : 'Write the next files'}
        </button>
        {waiting.length > 1 ? (
          <button type="button" onClick={() => save(waiting)}>
            Save all {waiting.length}
          </button>
        ) : null}
      </div>
      <Outcome
        doing={doing}
        done={
          doing.state === 'done' && doing.value > 0
            ? `${doing.value} written. Save each, and give them to main.`
            : 'Nothing to write: main has acknowledged every trade.'
        }
      />
      {files.length === 0 ? null : <Files files={files} saved={saved} onSave={(file) => save([file])} />}
    </section>
  );
}

function Files(props: Written & { readonly onSave: (file: HandbackFile) => void }) {
  return (
    <table className="plain" aria-label="Files">
      <thead>
        <tr>
          <th className="numeric">No.</th>
          <th>File</th>
          <th className="numeric">Trades</th>
          <th>Saved</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {props.files.map((file) => (
          <tr key={file.name}>
            <td className="numeric">{file.number}</td>
            <td className="mono">{file.name}</td>
            <td className="numeric">{quantity(file.rows)}</td>
            <td>
              {props.saved.has(file.name) ? (
                <span className="good">✓ saved</span>
              ) : (
                <strong className="bad">✖ not yet</strong>
              )}
            </td>
            <td>
              <button type="button" aria-label={`Save ${file.name}`} onClick={() => props.onSave(file)}>
                Save
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ReadAck() {
  const [file, setFile] = useState<File | null>(null);
  const { doing, run } = useCommand<number>();
  const tooLong = file !== null && file.size > ACK_TEXT_MAX;
  const read = async (chosen: File): Promise<void> => {
    const text = await chosen.text();
    await run(async (calls) => (await calls.sync.readAck({ text })).handback.waiting);
  };
  return (
    <form
      className="dialog-body flat"
      aria-label="Acknowledgement"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null && !tooLong && doing.state !== 'asked') void read(file);
      }}
    >
      <h3>2 · Main’s acknowledgement</h3>
      <input
        type="file"
        aria-label="Acknowledgement file"
        onChange={(event) => setFile(event.target.files?.[0] ?? null)}
      />
      {tooLong ? <p className="bad">✖ Too large for an acknowledgement: is it another file?</p> : null}
      <Outcome
        doing={doing}
        done={
          doing.state === 'done'
            ? doing.value === 0
              ? 'Read. No written file waits for main: write the next, in case a trade is in none.'
              : `Read. ${quantity(doing.value)} trades in files still wait for main’s word.`
            : ''
        }
      />
      <button
        type="submit"
        className="primary"
        disabled={file === null || tooLong || doing.state === 'asked'}
      >
        Read it <kbd>Enter</kbd>
      </button>
    </form>
  );
}
