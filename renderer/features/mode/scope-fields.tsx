import { status } from '#renderer/api/desk.ts';
import { useStore } from '#renderer/api/store.ts';
import { quantity } from '#renderer/look/format.ts';
import { segmentName } from '#renderer/look/scope-words.ts';

/** The desk takes no more in one declaration. */
export const SCOPE_ACCOUNTS_MAX = 20_000;

/** What a person chose an emergency to cover. */
export interface ScopeChosen {
  readonly part: boolean;
  readonly segments: readonly string[];
  /** As typed: codes with spaces, commas or lines between them. */
  readonly accounts: string;
}

export const WHOLE: ScopeChosen = { part: false, segments: [], accounts: '' };

/** Codes as they were typed, each once. */
export function accountsOf(typed: string): readonly string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter((code) => code !== ''))];
}

/** Everything that this desk has, or some segments, for all accounts or some. */
export function ScopeFields(props: {
  readonly value: ScopeChosen;
  readonly onChange: (next: ScopeChosen) => void;
}) {
  const { value, onChange } = props;
  const countdowns = useStore(status)?.countdowns ?? [];
  const segments = [...new Set(countdowns.map(({ exchange, segment }) => `${exchange}:${segment}`))];
  const typed = accountsOf(value.accounts);
  return (
    <fieldset>
      <legend>What main is lost for</legend>
      <div className="choices">
        <label>
          <input type="radio" name="scope" checked={!value.part} onChange={() => onChange(WHOLE)} />{' '}
          Everything that this desk has
        </label>
        <label>
          <input
            type="radio"
            name="scope"
            checked={value.part}
            onChange={() => onChange({ ...value, part: true })}
          />{' '}
          Only a part of it
        </label>
      </div>
      {value.part ? (
        <>
          <div className="choices" role="group" aria-label="Segments">
            {segments.map((segment) => (
              <label key={segment}>
                <input
                  type="checkbox"
                  checked={value.segments.includes(segment)}
                  onChange={(event) =>
                    onChange({
                      ...value,
                      segments: event.target.checked
                        ? [...value.segments, segment]
                        : value.segments.filter((one) => one !== segment),
                    })
                  }
                />{' '}
                {segmentName(segment)}
              </label>
            ))}
          </div>
          <label className="field">
            <span>
              Accounts, with spaces or commas between; none: all of them
              {typed.length === 0 ? '' : ` · ${quantity(typed.length)} named`}
              {typed.length > SCOPE_ACCOUNTS_MAX ? ` · ✖ at most ${quantity(SCOPE_ACCOUNTS_MAX)}` : ''}
            </span>
            <textarea
              rows={2}
              spellCheck={false}
              value={value.accounts}
              onChange={(event) => onChange({ ...value, accounts: event.target.value })}
            />
          </label>
        </>
      ) : null}
    </fieldset>
  );
}
