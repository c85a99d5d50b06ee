import { oc } from '#core/lib/procedure.ts';
import { AccountId } from '#core/model/ids.ts';
import { z } from 'zod';
import { ExchangeUser, Limits, Role, User, UserId } from './port.ts';

const Why = z.string().trim().min(5).max(500);
/** Characters of one signed user set or revocation list. */
const SET_TEXT_MAX = 4 * 1024 * 1024;

/** Proves again, just before a change, that the person at the screen is the one who is signed in. */
const Proof = z.object({ password: z.string().max(200) });

const Mapping = z.object({
  role: Role,
  branch: z.string().trim().max(40),
  accounts: z.array(AccountId).max(5000).default([]),
  limits: Limits.default({ orderNotionalE4: null, exitNotionalE4: null }),
  exchangeUsers: z.array(ExchangeUser).max(10).default([]),
});

export const usersContract = {
  /** The signed-in person's own profile. */
  me: oc.meta({ permission: 'users.read-own', accounts: 'none' }).output(User),
  list: oc
    .meta({ permission: 'users.read', accounts: 'none' })
    .input(z.object({ status: z.enum(['asked', 'active', 'disabled', 'all']).default('all') }))
    .output(z.object({ users: z.array(User) })),
  /** Lets in a person who asked, with role, branch, accounts, limits and exchange ids. */
  approve: oc
    .meta({ permission: 'users.approve', accounts: 'none', action: 'users' })
    .input(Mapping.extend({ user: UserId }))
    .output(User),
  /** Own name, e-mail and mobile: the identity is checked again before. */
  updateProfile: oc
    .meta({ permission: 'users.write-own', accounts: 'none' })
    .input(Proof.extend({ name: User.shape.name, email: User.shape.email, mobile: User.shape.mobile }))
    .output(User),
  /** Role, branch, accounts and exchange ids of another person. */
  update: oc
    .meta({ permission: 'users.write', accounts: 'none', action: 'users' })
    .input(Mapping.omit({ limits: true }).extend({ user: UserId, name: User.shape.name }))
    .output(User),
  setLimits: oc
    .meta({ permission: 'users.write', accounts: 'none', action: 'limits' })
    .input(z.object({ user: UserId, limits: Limits, why: Why }))
    .output(User),
  /** Also refuses one who only asked. Ends the person's sessions; runs under their authority pause. */
  disable: oc
    .meta({ permission: 'users.write', accounts: 'none' })
    .input(z.object({ user: UserId, why: Why }))
    .output(User),
  enable: oc
    .meta({ permission: 'users.write', accounts: 'none', action: 'users' })
    .input(z.object({ user: UserId, why: Why }))
    .output(User),
  /** A user set signed by headquarters, for a desk that is offline. */
  importSet: oc
    .meta({ permission: 'users.import', accounts: 'none' })
    .input(z.object({ text: z.string().max(SET_TEXT_MAX) }))
    .output(
      z.object({
        set: z.string(),
        issue: z.int(),
        users: z.int(),
        validUntilMs: z.number(),
        repeated: z.boolean(),
      }),
    ),
  importRevocations: oc
    .meta({ permission: 'users.import', accounts: 'none' })
    .input(z.object({ text: z.string().max(SET_TEXT_MAX) }))
    .output(z.object({ issue: z.int(), revoked: z.int(), repeated: z.boolean() })),
  /**
   * A person of a signed user set chooses a password, with the code that headquarters told them. Signing in then goes
   * on as for everybody, with the enrolment of the second factor. Says the same for a wrong name and a wrong code.
   */
  claim: oc
    .meta({ permission: 'public', accounts: 'none' })
    .input(
      z.object({
        user: z.string().trim().max(60),
        code: z.string().max(60),
        password: z.string().min(1).max(200),
      }),
    )
    .output(z.object({ claimed: z.literal(true) })),
};
