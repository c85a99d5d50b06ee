import { accountsContract } from './accounts/contract.ts';
import { approvalsContract } from './approvals/contract.ts';
import { authContract } from './auth/contract.ts';
import { deskContract } from './desk/contract.ts';
import { exchangeContract } from './exchange/contract.ts';
import { instrumentsContract } from './instruments/contract.ts';
import { ordersContract } from './orders/contract.ts';
import { positionsContract } from './positions/contract.ts';
import { sessionsContract } from './sessions/contract.ts';
import { settingsContract } from './settings/contract.ts';
import { squareOffContract } from './square-off/contract.ts';
import { modeContract, syncContract } from './sync/contract.ts';
import { tradesContract } from './trades/contract.ts';
import { usersContract } from './users/contract.ts';

/** All that core can be asked. The screen, scripts and tests are typed by it. */
export const contract = {
  accounts: accountsContract,
  approvals: approvalsContract,
  auth: authContract,
  desk: deskContract,
  exchange: exchangeContract,
  instruments: instrumentsContract,
  mode: modeContract,
  orders: ordersContract,
  positions: positionsContract,
  sessions: sessionsContract,
  settings: settingsContract,
  squareOff: squareOffContract,
  sync: syncContract,
  trades: tradesContract,
  users: usersContract,
};
export type Contract = typeof contract;
