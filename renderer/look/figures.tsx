/** Label, value, tone (a class of the look: good, warn, bad, or none). */
export type FiguresShown = readonly (readonly [string, string, string])[];

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly tone?: string;
}

/** One number of a heading, large, with its name under it. */
export function Figure({ label, value, tone = '' }: FigureProps) {
  return (
    <div className={`figure ${tone}`}>
      <b>{value}</b>
      <span>{label}</span>
    </div>
  );
}

export function Figures({ figures }: { readonly figures: FiguresShown }) {
  return (
    <div className="figures">
      {figures.map(([label, value, tone]) => (
        <Figure key={label} label={label} value={value} tone={tone} />
      ))}
    </div>
  );
}
