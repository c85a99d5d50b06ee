import type { DeskClient } from './wire.ts';

type SquareOff = DeskClient['squareOff'];

/** Shapes of the square-off's answers and questions, as its contract says them. */
export type DryRunShown = Awaited<ReturnType<SquareOff['dryRun']>>;
export type ExitAsked = Parameters<SquareOff['dryRun']>[0];
export type PlanRowShown = DryRunShown['plan']['rows'][number];
export type PlanLeftover = DryRunShown['plan']['leftovers'][number];
export type RunShown = Awaited<ReturnType<SquareOff['runs']>>[number];
export type LeftoverShown = Awaited<ReturnType<SquareOff['leftovers']['list']>>[number];
export type Settlement = Parameters<SquareOff['leftovers']['settle']>[0]['how'];

type Users = DeskClient['users'];
type Auth = DeskClient['auth'];

/** Shapes of identity, as the contracts of users and authentication say them. */
export type UserShown = Awaited<ReturnType<Users['me']>>;
export type ExchangeUserShown = UserShown['exchangeUsers'][number];
export type DoorState = Awaited<ReturnType<Auth['state']>>;
export type KeyShown = Awaited<ReturnType<Auth['keys']['list']>>['keys'][number];
export type LockoutShown = Awaited<ReturnType<Auth['lockouts']>>['lockouts'][number];

type Sync = DeskClient['sync'];

export type Repair = Parameters<Sync['decide']>[0]['repair'];
export type CertificateText = Awaited<ReturnType<Sync['certificate']>>;
export type HandbackFile = Awaited<ReturnType<Sync['writeFiles']>>['files'][number];
