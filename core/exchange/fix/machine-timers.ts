/** What passing time does: heartbeats, the question whether the peer lives, and the patience of each wait. */
import { askForGap, barrierText } from './machine-recovery.ts';
import { disconnect, logoutAndDisconnect, send, type Turn } from './machine-turn.ts';
import { BARRIER_RETRY_MS, MAX_BARRIER_ATTEMPTS, RESEND_RETRY_MS } from './machine-types.ts';

/** Silence of this many heartbeats asks with a TestRequest; of that many closes the connection. */
const TEST_AFTER_HEARTBEATS = 1.2;
const DEAD_AFTER_HEARTBEATS = 2.4;
/** TestReqID (112) of the question whether the peer lives. */
const LIVENESS = 'TEST';

export function tick(turn: Turn): void {
  const { state, config, now } = turn;
  const waited = now - state.phaseSinceMs;
  switch (state.phase) {
    case 'awaiting-logon':
    case 'logon-sent':
      if (waited >= config.logonTimeoutMs) disconnect(turn, 'no Logon in time');
      return;
    case 'logout-sent':
      if (waited >= config.logoutTimeoutMs) disconnect(turn, 'no answer to our Logout in time');
      return;
    case 'active':
      if (keepAlive(turn) && retryGap(turn)) retryBarriers(turn);
      return;
    case 'disconnected':
    case 'stopped':
      return;
  }
}

/** False when the connection was given up. */
function keepAlive(turn: Turn): boolean {
  const { state, now } = turn;
  if (state.heartbeatMs === 0) return true;
  const silentMs = now - state.lastReceivedMs;
  if (silentMs >= state.heartbeatMs * DEAD_AFTER_HEARTBEATS) {
    disconnect(turn, 'the peer is silent');
    return false;
  }
  if (state.testRequestOpen) return true;
  if (silentMs >= state.heartbeatMs * TEST_AFTER_HEARTBEATS) {
    send(turn, '1', [[112, LIVENESS]]);
    state.testRequestOpen = true;
  } else if (now - state.lastSentMs >= state.heartbeatMs) {
    send(turn, '0', []);
  }
  return true;
}

function retryGap(turn: Turn): boolean {
  const { gap } = turn.state;
  if (gap !== undefined && turn.now - gap.askedMs >= RESEND_RETRY_MS) askForGap(turn, gap.upTo);
  return turn.state.phase === 'active';
}

function retryBarriers(turn: Turn): void {
  const { state, now } = turn;
  if (state.barriers.some((barrier) => barrier.attempts > MAX_BARRIER_ATTEMPTS)) {
    return logoutAndDisconnect(turn, 'a TestRequest was never answered');
  }
  state.barriers = state.barriers.map((barrier) => {
    if (now - barrier.sentMs < BARRIER_RETRY_MS) return barrier;
    const seq = send(turn, '1', [[112, barrierText(barrier.id)]]);
    return { ...barrier, seq, sentMs: now, attempts: barrier.attempts + 1 };
  });
}
