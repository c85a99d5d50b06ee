import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type Child } from '#drill/world/child.ts';
import { DeskReady } from '#drill/world/front-door.ts';
import { agreed, isRefused, seatPersons, type Doors, type Seats } from '#drill/world/seats.ts';
import { openWorld, seededBook, type World } from '#drill/world/world.ts';
import { loadFiles } from '#main/load-files.ts';

/** The persons of a simulated desk, over HTTP at a desk in a process of its own. */
const DESK = join(import.meta.dirname, '..', '..', 'drill', 'desk', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'lifeboat-seats-'));
const path = join(folder, 'persons.json');
const configPath = join(folder, 'two-persons.json');
let world: World;
let desk: Child;
let seats: Seats;
let doors: Doors;
let hadSetupCode = false;

const startDesk = async (): Promise<Child> =>
  startChild(DESK, [
    `--config=${configPath}`,
    `--data=${join(folder, 'desk')}`,
    `--clock-offset=${world.file.clockOffsetMs}`,
  ]);
const seat = async (ready: DeskReady): Promise<Seats> =>
  seatPersons(ready, { path, now: () => Date.now() + world.file.clockOffsetMs });

beforeAll(async () => {
  mkdirSync(join(folder, 'desk'));
  world = await openWorld({
    folder,
    book: () => seededBook({ seed: 3, accounts: 6, positions: 20, tradingDate: '2026-11-25' }),
    seed: 3,
    faults: [],
    ratePerSecond: null,
    burstMax: 20,
    withLink: false,
    gateway: null,
    failed: (error) => expect.unreachable(error.message),
  });
  const policy = { ...world.config.policy, personsRequired: 2 };
  writeFileSync(configPath, JSON.stringify({ ...world.config, policy }));
  desk = await startDesk();
  const ready = DeskReady.parse(desk.ready);
  hadSetupCode = ready.setupCode !== null;
  seats = await seat(ready);
  doors = seats.doors(ready.url);
}, 60_000);

afterAll(async () => {
  await desk.stop();
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the persons of a simulated desk', () => {
  it('are a dealer and an admin, each signed in by two factors', async () => {
    expect(hadSetupCode).toBe(true);
    expect(await doors.dealer.sessions.who()).toMatchObject({ by: 'asha', role: 'dealer' });
    expect(await doors.admin.sessions.who()).toMatchObject({ by: 'ravi', role: 'admin' });
  });

  it('can be read from the folder again, and no secret of them from anything else of the world', async () => {
    const nowhere = { url: 'http://127.0.0.1:9', setupCode: null };
    const again = await seat(nowhere);
    expect(again.dealer.person).toEqual(seats.dealer.person);
    const rest = readFileSync(join(folder, 'world.json'), 'utf8') + readFileSync(world.deskConfig, 'utf8');
    expect(rest).not.toContain(seats.dealer.person.password);
  });

  it('have the whole book: the admin brings the files in, the dealer has every account', async () => {
    await loadFiles(doors.admin, world.file.files);
    const { rows } = await doors.dealer.positions.list({ openOnly: true });
    expect(rows).toHaveLength(world.book.positions.length);
    await expect(loadFiles(doors.dealer, world.file.files)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const request = { scope: { kind: 'all' as const }, evidence: null, instructions: [] };
    await expect(doors.admin.squareOff.dryRun(request)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('declare main lost together, and not one alone', async () => {
    const declare = async () => doors.dealer.mode.declareLost({ reason: 'the two of a test' });
    const alone = await declare().catch((error: unknown) => error);
    expect(isRefused(alone, 'second-person-needed')).toBe(true);
    await agreed(declare, doors.admin);
    expect(await doors.dealer.mode.get()).toMatchObject({ mayTrade: true });
  });

  it('go on with the same sessions when the desk was killed and is back', async () => {
    const before = await doors.dealer.sessions.who();
    process.kill(desk.pid, 'SIGKILL');
    await desk.ended;
    desk = await startDesk();
    const ready = DeskReady.parse(desk.ready);
    expect(ready.setupCode).toBeNull();
    doors = seats.doors(ready.url);
    expect((await doors.dealer.sessions.who()).session).toBe(before.session);
  });

  it('sign in anew once they have left, with a code that was not used', async () => {
    const { url } = DeskReady.parse(desk.ready);
    const before = await doors.dealer.sessions.who();
    await seats.dealer.leave(url);
    expect((await doors.dealer.sessions.who()).session).not.toBe(before.session);
  });
});
