import { useState } from 'react';
import { istTimestamp } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import { deskNow, status } from '#renderer/api/desk.ts';
import { useStore } from '#renderer/api/store.ts';
import type { DeskClient } from '#renderer/api/wire.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Paged } from '#renderer/look/paged.tsx';
import { saveFile } from '#renderer/look/save-file.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { rowsOfCsv } from './csv.ts';

const FILE = 'rms-fence-list';
/** A screen takes no more lines at once; the page that is saved has them all. */
const LINES_MAX = 3_000;

type List = Awaited<ReturnType<DeskClient['sync']['fenceList']>>;

/** What RMS holds by hand where main does not: auto square-off, GTT and AMO, logins. */
export function FenceList() {
  const [shown, setShown] = useState<List | null>(null);
  const { doing, run } = useCommand<List>();
  const open = async (): Promise<void> => {
    const list = await run((calls) => calls.sync.fenceList());
    if (list !== null) setShown(list);
  };
  return (
    <section aria-label="Fence list">
      <h3>3 · Fence list for RMS</h3>
      <p>Auto square-off to disable, GTT and AMO to cancel, logins to hold: to be done by hand in main.</p>
      <button type="button" aria-busy={doing.state === 'asked'} onClick={() => void open()}>
        {doing.state === 'asked' ? '⋯ Asked' : 'Open the fence list…'}
      </button>
      <Outcome doing={doing} />
      {shown === null ? null : <FenceListDialog list={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

function FenceListDialog({ list, onClose }: { readonly list: List; readonly onClose: () => void }) {
  const [head = [], ...rows] = rowsOfCsv(list.csv);
  const [openedAtMs] = useState(deskNow);
  const desk = useStore(status)?.desk ?? 'unknown';
  const cut = rows.length > LINES_MAX;
  return (
    <Dialog title="Fence list for RMS" wide onClose={onClose} footer={<Keep list={list} cut={cut} />}>
      {cut ? (
        <p className="trust stale">
          ⚠ The first {quantity(LINES_MAX)} of {quantity(rows.length)} lines. Save the page: it has all, and
          is printed from there.
        </p>
      ) : null}
      <Paged>
        <h1>
          Fence list of {desk}: {quantity(rows.length)} to hold
        </h1>
        <p>As of {istTimestamp(openedAtMs).slice(0, 19).replace('T', ' ')}, to be done by RMS in main.</p>
        <Lines head={head} rows={rows.slice(0, LINES_MAX)} />
        <p>Done by: ____________________ Time: ____________ Signature: ____________________</p>
      </Paged>
    </Dialog>
  );
}

function Keep({ list, cut }: { readonly list: List; readonly cut: boolean }) {
  return (
    <>
      <button type="button" onClick={() => saveFile(`${FILE}.csv`, list.csv, 'text/csv')}>
        Save as CSV
      </button>
      <button type="button" onClick={() => saveFile(`${FILE}.html`, list.page, 'text/html')}>
        Save the page
      </button>
      <button type="button" className="primary" disabled={cut} onClick={() => window.print()}>
        Print
      </button>
    </>
  );
}

function Lines(props: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <table className="plain" aria-label="Fence list">
      <thead>
        <tr>
          <th>Done</th>
          {props.head.map((name) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row, index) => (
          <tr key={index}>
            <td>☐</td>
            {props.head.map((name, column) => (
              <td key={name}>{row[column] ?? ''}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
