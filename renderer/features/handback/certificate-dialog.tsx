import type { FactKind } from '#core/events.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { CertificateText } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Paged } from '#renderer/look/paged.tsx';
import { saveFile } from '#renderer/look/save-file.ts';
import { Trust } from '#renderer/look/said.tsx';
import { CertificatePage } from './certificate-page.tsx';

/** A signed text does not change. */
const NEVER: ReadonlySet<FactKind> = new Set();

/** One certificate to read and print; its JSON, as it was signed, to keep. */
export function CertificateDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const seen = useQuery(`certificate ${id}`, {
    ask: (calls) => calls.sync.certificate({ id }),
    changedBy: NEVER,
  });
  return (
    <Dialog
      title={`Certificate ${id}`}
      wide
      onClose={onClose}
      footer={'value' in seen ? <Keep id={id} text={seen.value} /> : undefined}
    >
      <Trust seen={seen} what="the certificate" />
      {'value' in seen ? (
        <Paged>
          <CertificatePage id={id} text={seen.value} />
        </Paged>
      ) : null}
    </Dialog>
  );
}

function Keep({ id, text }: { readonly id: string; readonly text: CertificateText }) {
  const signed = `${JSON.stringify({ signature: text.signature, publicKey: text.publicKey }, null, 2)}\n`;
  return (
    <>
      <button type="button" onClick={() => saveFile(`${id}.json`, text.json, 'application/json')}>
        Save the JSON
      </button>
      <button type="button" onClick={() => saveFile(`${id}.signature.json`, signed, 'application/json')}>
        Save the signature
      </button>
      <button type="button" onClick={() => saveFile(`${id}.html`, text.page, 'text/html')}>
        Save the page
      </button>
      <button type="button" className="primary" onClick={() => window.print()}>
        Print
      </button>
    </>
  );
}
