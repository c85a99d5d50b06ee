import type { HandlerContext } from '#core/door.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { decideRevocations, decideSet } from './domain-provision.ts';
import { RevocationList, UserSet } from './domain-set.ts';
import type { UsersDeps, UsersInside, UsersRefusal } from './service-deps.ts';
import { readSigned } from './service-set.ts';
import { offerCodes } from './store.ts';
import type { OfferedCode } from './store.ts';

interface SetImported {
  readonly set: string;
  readonly issue: number;
  readonly users: number;
  readonly validUntilMs: number;
  readonly repeated: boolean;
}
interface RevocationsImported {
  readonly issue: number;
  readonly revoked: number;
  readonly repeated: boolean;
}

/** The signed files of headquarters. They work without a network, and the same file twice changes nothing. */
export function createFileCalls(deps: UsersDeps, inside: UsersInside) {
  const desk = { desk: deps.desk, group: deps.deskGroup };

  return {
    importSet(
      { text }: { readonly text: string },
      { by }: Pick<HandlerContext, 'by'>,
    ): Result<SetImported, UsersRefusal> {
      const read = readSigned(text, UserSet, deps.headquartersKey);
      if (!read.ok) return read;
      const { file } = read.value;
      const decided = decideSet(inside.state(), { ...read.value, by }, desk, deps.now());
      if (!decided.ok) return decided;
      if (decided.value !== null) {
        const why = `issue ${file.issue} of ${file.set} names them no more`;
        const kept = inside.commit([decided.value], { by, why }, (tx) => offerCodes(tx, codesOf(file)));
        if (!kept.ok) return kept;
      }
      const { set, issue, users, validUntilMs } = file;
      return ok({ set, issue, users: users.length, validUntilMs, repeated: decided.value === null });
    },

    importRevocations(
      { text }: { readonly text: string },
      { by }: Pick<HandlerContext, 'by'>,
    ): Result<RevocationsImported, UsersRefusal> {
      const read = readSigned(text, RevocationList, deps.headquartersKey);
      if (!read.ok) return read;
      const { set, issue, users } = read.value.file;
      const decided = decideRevocations(inside.state(), { ...read.value, by }, desk);
      if (!decided.ok) return decided;
      if (decided.value !== null) {
        const kept = inside.commit([decided.value], { by, why: `revoked by issue ${issue} of ${set}` });
        if (!kept.ok) return kept;
      }
      return ok({ issue, revoked: users.length, repeated: decided.value === null });
    },
  };
}

function codesOf({ users }: UserSet): OfferedCode[] {
  return users.flatMap(({ user, enrolmentCodeHash: codeHash }) =>
    codeHash === null ? [] : [{ user, codeHash }],
  );
}
