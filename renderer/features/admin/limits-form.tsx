import { useState } from 'react';
import { formatE4, parseE4 } from '#core/model/price.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { roundMoney } from '#renderer/look/format.ts';
import { notice } from '#renderer/look/notice.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

type Limits = UserShown['limits'];
/** As typed, in rupees; empty for no limit. */
interface LimitTexts {
  readonly order: string;
  readonly exit: string;
}

const WHY_MIN = 5;

export function limitTexts({ orderNotionalE4, exitNotionalE4 }: Limits): LimitTexts {
  return {
    order: orderNotionalE4 === null ? '' : formatE4(orderNotionalE4),
    exit: exitNotionalE4 === null ? '' : formatE4(exitNotionalE4),
  };
}

/** Null while one of them is no amount. */
export function limitsOf({ order, exit }: LimitTexts): Limits | null {
  const orderNotionalE4 = limitOf(order);
  const exitNotionalE4 = limitOf(exit);
  if (orderNotionalE4 === undefined || exitNotionalE4 === undefined) return null;
  return { orderNotionalE4, exitNotionalE4 };
}

function limitOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const e4 = parseE4(text.replaceAll(',', ''));
  return e4 === null || e4 <= 0 ? undefined : e4;
}

/** Two amounts in rupees, each said back as people say it. */
export function LimitFields(props: {
  readonly value: LimitTexts;
  readonly first?: boolean;
  readonly onChange: (next: LimitTexts) => void;
}) {
  const { value, onChange } = props;
  return (
    <div className="row-of-fields">
      <TextField
        label={`Rupees of one order at most (${saidBack(value.order)})`}
        value={value.order}
        max={20}
        first={props.first ?? false}
        wrong={limitOf(value.order) === undefined}
        hint="empty: no limit"
        onChange={(order) => onChange({ ...value, order })}
      />
      <TextField
        label={`Rupees of one exit at most (${saidBack(value.exit)})`}
        value={value.exit}
        max={20}
        wrong={limitOf(value.exit) === undefined}
        hint="empty: no limit"
        onChange={(exit) => onChange({ ...value, exit })}
      />
    </div>
  );
}

function saidBack(text: string): string {
  const e4 = limitOf(text);
  return e4 === null ? 'no limit' : e4 === undefined ? '✖ not an amount' : roundMoney(e4);
}

/** New limits for a person, with the reason. */
export function LimitsForm({ user, onDone }: { readonly user: UserShown; readonly onDone: () => void }) {
  const [texts, setTexts] = useState(() => limitTexts(user.limits));
  const [why, setWhy] = useState('');
  const { doing, run } = useCommand<unknown>();
  const limits = limitsOf(texts);
  const ready = limits !== null && why.trim().length >= WHY_MIN && doing.state !== 'asked';
  const send = async (): Promise<void> => {
    if (limits === null) return;
    if ((await run((calls) => calls.users.setLimits({ user: user.user, limits, why }))) === null) return;
    notice('good', `Limits of ${user.user} are changed.`);
    onDone();
  };
  return (
    <form
      className="dialog-body"
      aria-label="Limits"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      <LimitFields value={texts} first onChange={setTexts} />
      <TextField label={`Why (at least ${WHY_MIN} characters)`} value={why} max={500} onChange={setWhy} />
      <Outcome doing={doing} />
      <button type="submit" className="primary" disabled={!ready}>
        Set the limits <kbd>Enter</kbd>
      </button>
    </form>
  );
}
