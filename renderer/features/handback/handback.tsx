import { useState } from 'react';
import type { SyncShown } from '#core/sync/contract.ts';
import { who } from '#renderer/api/desk.ts';
import { createStore, useStore } from '#renderer/api/store.ts';
import { useMode, useSync } from '#renderer/api/sync.ts';
import { PartTabs, type Part } from '#renderer/look/part-tabs.tsx';
import { Trust } from '#renderer/look/said.tsx';
import { ByFile } from './by-file.tsx';
import { CertificateDialog } from './certificate-dialog.tsx';
import { Certificates } from './certificates.tsx';
import { Differences } from './differences.tsx';
import { Dangers } from './dangers.tsx';
import { Overview } from './overview.tsx';
import { SignDialog } from './sign-dialog.tsx';
import { isSupplement } from './steps.tsx';
import { useOpenOrders } from './use-open-orders.ts';
import { WorkingOrders } from './working-orders.tsx';

type PartName = 'overview' | 'differences' | 'orders' | 'certificates' | 'by-file';

/** Kept while another view is open: who comes back sees what they left. */
const part = createStore<PartName>('overview');

/** From main's return to the signed certificate. An admin acts, the others watch. */
export function Handback() {
  const seen = useSync();
  const mode = useMode();
  const now = useStore(part);
  const acts = useStore(who)?.role === 'admin';
  const orders = useOpenOrders();
  const [signing, setSigning] = useState(false);
  const [certificate, setCertificate] = useState<string | null>(null);
  const shown = 'value' in seen ? seen.value : null;
  const over = new Set(shown?.handedOver);
  const working =
    orders.state === 'ready' ? orders.value.filter(({ orderId }) => !over.has(orderId)).length : null;
  return (
    <section className="view" aria-label="Handback">
      <Trust seen={seen} what="the handback" />
      <div className="view-bar">
        <PartTabs label="Parts of the handback" parts={partsOf(shown, working)} now={now} onPart={part.set} />
        {acts ? null : <span className="dim">You watch: an admin acts here.</span>}
      </div>
      {shown === null ? null : (
        <>
          <Dangers shown={shown} />
          {now === 'overview' ? (
            <Overview
              shown={shown}
              mode={'value' in mode ? mode.value.mode : null}
              working={working}
              acts={acts}
              onPart={part.set}
              onSign={() => setSigning(true)}
            />
          ) : null}
          {now === 'differences' ? <Differences shown={shown} acts={acts} /> : null}
          {now === 'orders' ? <WorkingOrders seen={orders} shown={shown} acts={acts} /> : null}
          {now === 'certificates' ? <Certificates shown={shown} onOpen={setCertificate} /> : null}
          {now === 'by-file' ? <ByFile acts={acts} /> : null}
        </>
      )}
      {signing && shown !== null ? (
        <SignDialog
          shown={shown}
          supplement={isSupplement(shown, 'value' in mode ? mode.value.mode : null)}
          onClose={() => setSigning(false)}
          onSigned={(id) => {
            setSigning(false);
            part.set('certificates');
            setCertificate(id);
          }}
        />
      ) : null}
      {certificate === null ? null : (
        <CertificateDialog id={certificate} onClose={() => setCertificate(null)} />
      )}
    </section>
  );
}

function partsOf(shown: SyncShown | null, working: number | null): readonly Part<PartName>[] {
  // Before they are compared nobody knows of any.
  const undecided = shown?.reconciled?.undecided ?? null;
  return [
    { part: 'overview', label: 'Until the certificate' },
    { part: 'differences', label: 'Differences', count: undecided, tone: undecided === null ? 'dim' : 'bad' },
    { part: 'orders', label: 'Working orders', count: working, tone: 'warn' },
    { part: 'certificates', label: 'Certificates', count: shown?.certificates.length ?? null },
    { part: 'by-file', label: 'By file' },
  ];
}
