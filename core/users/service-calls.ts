import type { HandlerContext } from '#core/door.ts';
import type { Fact } from '#core/events.ts';
import { present } from '#core/lib/assert.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { decideApproved, decideChanged, decideDisabled, decideEnabled, decideProfile, no } from './domain.ts';
import type { Rights, UsersState } from './domain-state.ts';
import type { User, UserRefusal } from './port.ts';
import type { UsersDeps, UsersInside, UsersRefusal } from './service-deps.ts';

type Answer = Result<User, UsersRefusal>;
type Named = Pick<HandlerContext, 'by' | 'persons'>;
type Asker = Pick<HandlerContext, 'by' | 'actor' | 'origin'>;

type Profile = Pick<User, 'name' | 'email' | 'mobile'>;
type Mapping = Omit<Rights, 'limits'>;

interface Whom {
  readonly user: string;
  readonly why: string;
}

/** What persons do to persons, one fact each. */
export function createUserCalls(deps: UsersDeps, inside: UsersInside) {
  const { state } = inside;

  function keep(
    decided: Result<Fact & { readonly user: string }, UserRefusal>,
    by: string,
    why: string,
  ): Answer {
    if (!decided.ok) return decided;
    const { user } = decided.value;
    const kept = inside.commit([decided.value], { by, why });
    return kept.ok ? ok(present(state().persons.get(user), `the person ${user}`).user) : kept;
  }

  return {
    me(_input: unknown, { by, actor }: Pick<HandlerContext, 'by' | 'actor'>): Answer {
      return actor.user === null ? nobody(by) : ok(actor.user);
    },

    list: ({ status }: { readonly status: User['status'] | 'all' }) => ({ users: listed(state(), status) }),

    approve(asked: Rights & { readonly user: string }, { by, persons }: Named): Answer {
      const rights = { ...mappingOf(asked), limits: asked.limits };
      return keep(decideApproved(state(), asked.user, rights, persons), by, '');
    },

    /** Who sits at an open screen need not be who signed in: the password comes before anything is looked at. */
    async updateProfile(
      { password, name, email, mobile }: Profile & { readonly password: string },
      { by, actor, origin }: Asker,
    ): Promise<Answer> {
      if (actor.user === null) return nobody(by);
      const { user } = actor.user;
      const proved = await deps.provePassword(user, password, origin.address);
      return proved.ok ? keep(decideProfile(state(), user, { name, email, mobile }), by, '') : proved;
    },

    update(asked: Mapping & Pick<User, 'user' | 'name'>, { by, persons }: Named): Answer {
      const { user, name } = asked;
      const change = { set: { name, ...mappingOf(asked) }, why: '' };
      return keep(
        decideChanged(state(), user, change, persons, deps.now()),
        by,
        `${user} has other rights now`,
      );
    },

    setLimits(
      { user, limits, why }: Whom & { readonly limits: User['limits'] },
      { by, persons }: Named,
    ): Answer {
      const change = { set: { limits }, why };
      return keep(decideChanged(state(), user, change, persons, deps.now()), by, why);
    },

    disable({ user, why }: Whom, { by, persons }: Named): Answer {
      return keep(
        decideDisabled(state(), user, why, persons, deps.now()),
        by,
        `${user} was disabled: ${why}`,
      );
    },

    enable({ user, why }: Whom, { by, persons }: Named): Answer {
      return keep(decideEnabled(state(), user, why, persons), by, why);
    },
  };
}

function mappingOf({ role, branch, accounts, exchangeUsers }: Mapping): Mapping {
  return { role, branch, accounts, exchangeUsers };
}

function listed(state: UsersState, status: User['status'] | 'all'): User[] {
  return [...state.persons.values()]
    .map((one) => one.user)
    .filter((one) => status === 'all' || one.status === status)
    .toSorted((a, b) => (a.user < b.user ? -1 : 1));
}

function nobody(by: string) {
  return no('unknown-user', `${by} is no person of this desk.`);
}
