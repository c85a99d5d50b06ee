import { deskNow } from '#renderer/api/desk.ts';
import type { ExitAsked } from '#renderer/api/shapes.ts';

/** What a person may claim; cut-off and shortfall follow from the clock and RMS's list. */
export type Evidence = NonNullable<ExitAsked['evidence']>;

const AUTHORITIES: readonly (readonly [Evidence['authority'], string])[] = [
  ['client-instruction', 'Client’s instruction'],
  ['rms-decision', 'RMS decision'],
];

const CHANNELS = ['phone', 'e-mail', 'in person', 'desk', 'policy'] as const;

export function noEvidence(): Evidence {
  return {
    authority: 'client-instruction',
    reference: '',
    channel: 'phone',
    instructedAtMs: Math.floor(deskNow()),
  };
}

/** Why this may be done: bound to each order and exported with it. */
export function EvidenceFields(props: {
  readonly value: Evidence;
  readonly onChange: (next: Evidence) => void;
}) {
  const { value, onChange } = props;
  return (
    <div className="row-of-fields">
      <label className="field">
        <span>Authority</span>
        <select
          value={value.authority}
          onChange={(event) => {
            const chosen = AUTHORITIES.find(([authority]) => authority === event.target.value);
            if (chosen !== undefined) onChange({ ...value, authority: chosen[0] });
          }}
        >
          {AUTHORITIES.map(([authority, label]) => (
            <option key={authority} value={authority}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Channel</span>
        <select
          value={value.channel}
          onChange={(event) => onChange({ ...value, channel: event.target.value })}
        >
          {CHANNELS.map((channel) => (
            <option key={channel}>{channel}</option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Reference (call id, e-mail id, list row, clause)</span>
        <input
          value={value.reference}
          maxLength={200}
          spellCheck={false}
          onChange={(event) => onChange({ ...value, reference: event.target.value })}
        />
      </label>
    </div>
  );
}
