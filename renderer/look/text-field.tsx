/** One line of plain text with its label. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly max: number;
  readonly first?: boolean;
  readonly wrong?: boolean;
  readonly hint?: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        autoFocus={props.first ?? false}
        data-first={props.first}
        autoComplete="off"
        spellCheck={false}
        maxLength={props.max}
        value={props.value}
        aria-invalid={props.wrong ?? false}
        placeholder={props.hint}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}
