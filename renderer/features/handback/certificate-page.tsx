import { istTimestamp } from '#core/model/market-clock.ts';
import type { CertificateText } from '#renderer/api/shapes.ts';
import { quantity, signedMoney } from '#renderer/look/format.ts';

/** What a reader looks for first, in this order; whatever else was signed follows. */
const FIRST: readonly string[] = [
  'id',
  'supplementOf',
  'desk',
  'way',
  'signedAtMs',
  'signedBy',
  'facts',
  'opening',
  'closing',
  'declared',
  'accepted',
  'totals',
  'reconciled',
  'fence',
  'mainHadLess',
  'doubleCloses',
  'differences',
  'handedOver',
  'lateOrders',
];

/** Names that say nothing to who did not write them. */
const NAMES: Readonly<Record<string, string>> = {
  way: 'handed over by',
  opening: 'first fact',
  closing: 'last fact',
  declared: 'main declared lost',
  accepted: 'main accepted back',
  reconciled: 'desk, main and exchange compared',
  mainHadLess: 'main had lost facts',
  doubleCloses: 'closed twice',
  handedOver: 'orders handed over',
  fence: 'main asked to hold its orders',
  v: 'version of the format',
};

/**
 * What was signed, read from the signed text itself and not from the page beside it: whatever fields it has, all are
 * shown.
 */
export function CertificatePage({ id, text }: { readonly id: string; readonly text: CertificateText }) {
  const signed = parsed(text.json);
  return (
    <article className="certificate">
      <h1>Certificate of handback {id}</h1>
      {signed === undefined ? <pre className="wire">{text.json}</pre> : <Shown value={signed} level={0} />}
      <h3>Signature</h3>
      <dl className="certificate-fields">
        <div>
          <dt>Ed25519 signature</dt>
          <dd className="mono wire">{text.signature}</dd>
        </div>
        <div>
          <dt>public key of the desk</dt>
          <dd className="mono wire">{text.publicKey}</dd>
        </div>
      </dl>
    </article>
  );
}

/** Undefined where it is no JSON: it is shown as it stands. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function Shown({ value, level }: { readonly value: unknown; readonly level: number }) {
  if (Array.isArray(value)) return <List values={value} level={level} />;
  if (isRecord(value)) return <Fields record={value} level={level} />;
  return <>{plain('', value)}</>;
}

/** Plain values as lines, then what has parts of its own, under its name. */
function Fields({
  record,
  level,
}: {
  readonly record: Readonly<Record<string, unknown>>;
  readonly level: number;
}) {
  const fields = Object.entries(record).toSorted(([one], [other]) => rankOf(one) - rankOf(other));
  const lines = fields.filter(([, value]) => onOneLine(value));
  return (
    <>
      <dl className="certificate-fields">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{level === 0 ? titleOf(name) : nameOf(name)}</dt>
            <dd>{lineOf(name, value)}</dd>
          </div>
        ))}
      </dl>
      {fields
        .filter(([, value]) => !onOneLine(value))
        .map(([name, value]) => (
          <section key={name}>
            {level === 0 ? <h2>{titleOf(name)}</h2> : <h3>{nameOf(name)}</h3>}
            <Shown value={value} level={level + 1} />
          </section>
        ))}
    </>
  );
}

function rankOf(name: string): number {
  const rank = FIRST.indexOf(name);
  return rank < 0 ? FIRST.length : rank;
}

/** A list of things with fields is a table of all fields that any of them has. */
function List({ values, level }: { readonly values: readonly unknown[]; readonly level: number }) {
  const records = values.filter(isRecord);
  if (records.length < values.length || records.length === 0) {
    return (
      <ul>
        {values.map((value, index) => (
          <li key={index}>
            <Shown value={value} level={level + 1} />
          </li>
        ))}
      </ul>
    );
  }
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return (
    <table className="plain">
      <thead>
        <tr>
          {names.map((name) => (
            <th key={name}>{nameOf(name)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map((record, index) => (
          <tr key={index}>
            {names.map((name) => (
              <td key={name}>{lineOf(name, record[name])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** A place of the log has so many: its epoch, its number, its hash. */
const LINE_FIELDS_MAX = 3;

/** A plain value, a list of such, or a small record of such, as a place of the log. */
function onOneLine(value: unknown): boolean {
  if (isPlain(value)) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return (
    isRecord(value) && Object.keys(value).length <= LINE_FIELDS_MAX && Object.values(value).every(isPlain)
  );
}

/** A scope without a list is of all there are: the certificate's page says it so, too. */
const OF_EMPTY: Readonly<Record<string, string>> = { segments: 'every segment', accounts: 'every account' };

function lineOf(name: string, value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? (OF_EMPTY[name] ?? 'none') : value.map((one) => plain(name, one)).join(', ');
  if (isRecord(value)) {
    return Object.entries(value)
      .map(([inner, one]) => `${nameOf(inner)} ${lineOf(inner, one)}`)
      .join(', ');
  }
  return plain(name, value);
}

const SIDES: ReadonlySet<string> = new Set(['desk', 'main', 'exchange']);

/** As people read it: times in IST, money in rupees. */
function plain(name: string, value: unknown): string {
  // A side that does not know its net is no side without one.
  if (value === null && SIDES.has(name)) return 'not known';
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (name.endsWith('Ms')) return `${istTimestamp(value).slice(0, 19).replace('T', ' ')} IST`;
  if (name.endsWith('E4')) return signedMoney(value).trim();
  return quantity(value);
}

/** What the certificate itself says, not what its parts do. */
function titleOf(name: string): string {
  return (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? nameOf(name);
}

/** `exchangeOrderId` as people read it. */
function nameOf(name: string): string {
  return name
    .replace(/(Ms|E4)$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();
}
