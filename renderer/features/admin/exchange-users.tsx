import type { ExchangeUserShown } from '#renderer/api/shapes.ts';
import { TextField } from '#renderer/look/text-field.tsx';

const EXCHANGES: readonly ExchangeUserShown['exchange'][] = ['NSE', 'BSE', 'MCX'];
const IDS_MAX = 10;
const FIFTEEN_DIGITS = /^\d{15}$/;
const NONE: ExchangeUserShown = { exchange: 'NSE', id: '', location: '', certificateUntil: '' };

/** A person's registrations at exchanges. Without one, or past its certificate, no order of theirs goes there. */
export function ExchangeUsers(props: {
  readonly value: readonly ExchangeUserShown[];
  readonly onChange: (next: readonly ExchangeUserShown[]) => void;
}) {
  const { value, onChange } = props;
  const change = (at: number, part: Partial<ExchangeUserShown>): void =>
    onChange(value.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <fieldset>
      <legend className="dim">Exchange user ids: without one, no order goes to that exchange</legend>
      {value.map((one, at) => (
        // Rows have no name of their own before they are filled in.
        <div key={at} className="row-of-fields">
          <label className="field">
            <span>Exchange</span>
            <select
              value={one.exchange}
              onChange={(event) => {
                const exchange = EXCHANGES.find((name) => name === event.target.value);
                if (exchange !== undefined) change(at, { exchange });
              }}
            >
              {EXCHANGES.map((exchange) => (
                <option key={exchange}>{exchange}</option>
              ))}
            </select>
          </label>
          <TextField
            label={`Id, fifteen digits (now ${one.id.length})`}
            value={one.id}
            max={15}
            wrong={!FIFTEEN_DIGITS.test(one.id)}
            onChange={(id) => change(at, { id: id.trim() })}
          />
          <TextField
            label="Terminal location"
            value={one.location}
            max={20}
            onChange={(location) => change(at, { location })}
          />
          <label className="field">
            <span>Certificate until</span>
            <input
              type="date"
              value={one.certificateUntil}
              onChange={(event) => change(at, { certificateUntil: event.target.value })}
            />
          </label>
          <button type="button" onClick={() => onChange(value.filter((_one, index) => index !== at))}>
            Take away
          </button>
        </div>
      ))}
      {value.length >= IDS_MAX ? null : (
        <button type="button" onClick={() => onChange([...value, NONE])}>
          Add an exchange id
        </button>
      )}
    </fieldset>
  );
}
