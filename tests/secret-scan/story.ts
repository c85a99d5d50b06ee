import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { present } from '#core/lib/assert.ts';
import { ScureBase32Plugin } from 'otplib';
import { z } from 'zod';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { authenticator } from '#tests/browser/identity-desk.ts';
import { overHttp, run, type Hands } from '#tests/identity/wires.ts';
import type { ScannedDesk } from './desk.ts';
import type { Secrets } from './scan.ts';
import { refused, slips } from './slips.ts';

type Opened = Awaited<ReturnType<FrontDoor['auth']['secondFactor']>>;
type Tokens = Pick<NonNullable<Opened['tokens']>, 'accessToken' | 'refreshToken'>;
type Step = Awaited<ReturnType<FrontDoor['auth']['signIn']>>;

const COMMAND = join(import.meta.dirname, '..', '..', 'main', 'desk.ts');
export const COMMAND_LINE_SESSION = 'command-line-session.json';
const CHIEF = 'chief';
const ASHA = 'asha.kulkarni';
/** What stands in many places by right: a scan that does not find it looks at nothing. */
export const KNOWN_EVERYWHERE = ASHA;
const CLIENTS = 40;
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A life with every kind of secret of the product in it. All that it makes and types is told to `secrets`. */
export class Story {
  readonly #desk: ScannedDesk;
  readonly #secrets: Secrets;
  readonly #used = new Map<string, string[]>();

  constructor(desk: ScannedDesk, secrets: Secrets) {
    this.#desk = desk;
    this.#secrets = secrets;
    secrets.text('setup code', desk.setupCode);
  }

  /** First run, enrolment, sign-out and a sign-in with a recovery code, through the screens. */
  async throughTheScreens(context: BrowserContext): Promise<Page> {
    const page = context.pages()[0] ?? (await context.newPage());
    const password = this.#secrets.text('the admin’s password', 'plank river onion seven');
    await page.goto(this.#desk.address);
    await page.getByLabel(/^User/).fill(CHIEF);
    await page.getByLabel('Name').fill('Meera Iyer');
    await page.getByLabel(/^New password: /).fill(password);
    await page.getByLabel('New password, again').fill(password);
    await page.keyboard.press('Enter');
    const secret = this.#authenticator('the admin', await page.getByLabel('Secret').innerText());
    await page.getByLabel(/six digits/).fill(await authenticator(secret)());
    await page.getByText('Shown once').waitFor();
    this.#recovery(CHIEF, await page.locator('.secrets li').allInnerTexts());
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await this.#cookies(context);
    await signOut(page);
    await page.getByLabel('User', { exact: true }).fill(CHIEF);
    await page
      .getByLabel('Password', { exact: true })
      .fill(this.#secrets.text('a slip', 'plank rivre onion seven'));
    await page.keyboard.press('Enter');
    await page.getByText(/is not right/).waitFor();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /Use a recovery code/ }).click();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(this.#recoveryCode(CHIEF));
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: /^Net position/ }).waitFor();
    await this.#cookies(context);
    return page;
  }

  /** A page with its socket stands open while others use every call that takes or gives a secret. */
  async overHttp(): Promise<void> {
    const admin = await this.adminByTokens();
    await this.#letIn(admin);
    await slips(this.#desk, this.#secrets, { user: ASHA, password: 'seven green kettles fall' });
    await this.#tokens();
    await this.#ownCalls();
    await this.#keys(admin);
    await this.#reset(admin);
    await this.#breakGlass(admin);
    for (const user of [ASHA, 'break-glass', CHIEF]) await admin.sessions.revokeAll({ user });
  }

  /** The command line keeps its tokens in a file, which is what it is for, until it signs out. */
  async throughTheCommandLine(meanwhile: () => void): Promise<void> {
    const { data } = this.#desk;
    const env = { LIFEBOAT_DATA: data };
    const factors = `plank river onion seven\n${this.#recoveryCode(CHIEF)}`;
    const signedIn = await run(process.execPath, [COMMAND, 'sign-in', '--user', CHIEF], { env, factors });
    if (signedIn.status !== 0) throw new Error(signedIn.errors);
    const kept = readFileSync(join(data, COMMAND_LINE_SESSION), 'utf8');
    this.#given(z.object({ accessToken: z.string(), refreshToken: z.string() }).parse(JSON.parse(kept)), {});
    meanwhile();
    const out = await run(process.execPath, [COMMAND, 'sign-out'], { env });
    if (out.status !== 0) throw new Error(out.errors);
  }

  /** The admin's calls as a program makes them, with a recovery code for the tokens. */
  async adminByTokens(): Promise<FrontDoor> {
    const hands: Hands = {};
    const door = this.#door(hands);
    const step = this.#ticket(await door.auth.signIn({ user: CHIEF, password: 'plank river onion seven' }));
    const recoveryCode = this.#recoveryCode(CHIEF);
    this.#opened(await door.auth.recover({ ...step, recoveryCode, as: 'tokens' }), hands);
    return door;
  }

  async #letIn(admin: FrontDoor): Promise<void> {
    const password = this.#secrets.text('a dealer’s password', 'seven green kettles fall');
    const hands: Hands = {};
    const door = this.#door(hands);
    await door.auth.register({ user: ASHA, name: 'Asha Kulkarni', branch: 'PUNE', password });
    await admin.users.approve({ user: ASHA, role: 'dealer', branch: 'PUNE' });
    const step = this.#ticket(await door.auth.signIn({ user: ASHA, password }));
    const { secret, uri } = await door.auth.enrol(step);
    this.#secrets.text('the enrolment’s address', uri);
    this.#code = authenticator(this.#authenticator('the dealer', secret));
    const opened = await door.auth.confirmEnrolment({ ...step, code: await this.#code(), as: 'tokens' });
    this.#recovery(ASHA, opened.recoveryCodes);
    this.#opened(opened, hands);
    await door.sessions.who();
    await door.sessions.end();
  }

  #code: () => Promise<string> = () => Promise.reject(new Error('nobody has enrolled'));

  /** Tokens, rotated twice; the reuse of the first ends the session. */
  async #tokens(): Promise<void> {
    const hands: Hands = {};
    const door = this.#door(hands);
    const step = this.#ticket(await door.auth.signIn({ user: ASHA, password: 'seven green kettles fall' }));
    const opened = await door.auth.secondFactor({ ...step, code: await this.#code(), as: 'tokens' });
    this.#opened(opened, hands);
    const first = present(hands.refreshToken, 'a refresh token');
    this.#given(await door.auth.refresh({ refreshToken: first }), hands);
    this.#given(await door.auth.refresh({ refreshToken: present(hands.refreshToken, 'a token') }), hands);
    await refused(door.auth.refresh({ refreshToken: first }));
    await refused(door.sessions.who());
  }

  /** A person with a cookie: lock, unlock, new recovery codes, a new password. */
  async #ownCalls(): Promise<void> {
    const hands: Hands = {};
    const door = this.#door(hands);
    const password = 'seven green kettles fall';
    const step = this.#ticket(await door.auth.signIn({ user: ASHA, password }));
    this.#opened(await door.auth.recover({ ...step, recoveryCode: this.#recoveryCode(ASHA) }), hands);
    await door.sessions.lock();
    await door.auth.unlock({ code: this.#recoveryCode(ASHA) });
    const { recoveryCodes } = await door.auth.newRecoveryCodes({ password, code: this.#recoveryCode(ASHA) });
    this.#recovery(ASHA, recoveryCodes);
    const next = this.#secrets.text('a changed password', 'quiet lamps over bandra');
    await door.auth.changePassword({ current: password, next, code: this.#recoveryCode(ASHA) });
    const profile = { name: 'Asha K', email: '', mobile: '' };
    await door.users.updateProfile({ password: next, ...profile });
  }

  /** A key that takes in the clients, with whole PANs and mobiles; some rows are wrong. */
  async #keys(admin: FrontDoor): Promise<void> {
    const calls = ['accounts.import', 'accounts.list'];
    const { key } = await admin.auth.keys.make({ name: 'the back office', calls, days: 1 });
    this.#secrets.text('an API key', key);
    this.#secrets.text('an API key’s own part', key.slice(-43));
    const door = this.#door({ key });
    const text = this.#clients();
    await refused(door.accounts.import({ source: 'accounts.csv', text }));
    await door.accounts.import({ source: 'accounts.csv', text, partial: true });
    const { total } = await door.accounts.list({});
    if (total !== CLIENTS) throw new Error(`${total} clients came in`);
  }

  #clients(): string {
    const rows = Array.from({ length: CLIENTS + 2 }, (_, n) => {
      const letters = Array.from({ length: 5 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
      const pan = `${letters}${randomInt(1_000, 10_000)}${LETTERS.charAt(n % LETTERS.length)}`;
      const mobile = `9${randomInt(100_000_000, 1_000_000_000)}`;
      this.#secrets.text(`PAN ${n}`, pan);
      this.#secrets.text(`mobile ${n}`, mobile);
      // The last two are turned away: a PAN with one letter too many, and a telephone number with letters.
      if (n === CLIENTS) return `C${n},Client ${n},CLI,${pan}X,PUNE,FO,active,${mobile}`;
      if (n === CLIENTS + 1) return `C${n},Client ${n},CLI,${pan},PUNE,FO,active,${mobile}-at-home`;
      return `C${n},Client ${n},CLI,${pan},PUNE,FO,active,${mobile}`;
    });
    return ['account,name,type,pan,branch,segments,status,mobile', ...rows, ''].join('\n');
  }

  async #reset(admin: FrontDoor): Promise<void> {
    const asked = { user: ASHA, secondFactor: true, why: 'the telephone was lost' };
    const { oneTimePassword } = await admin.auth.reset(asked);
    this.#secrets.text('a one-time password', oneTimePassword);
    const hands: Hands = {};
    const door = this.#door(hands);
    const first = this.#ticket(await door.auth.signIn({ user: ASHA, password: oneTimePassword }));
    const password = this.#secrets.text('a password after a reset', 'four copper gates open');
    const step = this.#ticket(await door.auth.newPassword({ ...first, password }));
    const { secret } = await door.auth.enrol(step);
    const code = authenticator(this.#authenticator('the dealer again', secret));
    const opened = await door.auth.confirmEnrolment({ ...step, code: await code() });
    this.#recovery(ASHA, opened.recoveryCodes);
    this.#opened(opened, hands);
  }

  async #breakGlass(admin: FrontDoor): Promise<void> {
    const { credential } = await admin.auth.sealBreakGlass();
    this.#secrets.text('the sealed credential', credential);
    const hands: Hands = {};
    const door = this.#door(hands);
    const who = { name: 'Ravi Menon', why: 'a test of the envelope' };
    const wrong = this.#secrets.text('a wrong credential', 'abcd-2345-efgh-6789');
    await refused(door.auth.breakGlass({ ...who, credential: wrong }));
    this.#opened(await door.auth.breakGlass({ ...who, credential }), hands);
    await door.sessions.who();
  }

  #door(hands: Hands, from = '127.0.0.1'): FrontDoor {
    return overHttp(this.#desk, hands, 'rpc', from);
  }

  #ticket({ ticket }: Step): { readonly ticket: string } {
    this.#secrets.text('a ticket', ticket);
    return { ticket };
  }

  #opened({ tokens }: Opened, hands: Hands): void {
    if (tokens !== null) this.#given(tokens, hands);
    const cookie = hands.cookie?.split('=')[1];
    if (cookie !== undefined && cookie !== '') this.#secrets.text('a cookie', cookie);
  }

  #given({ accessToken, refreshToken }: Tokens, hands: Hands): void {
    this.#secrets.text('an access token', accessToken);
    this.#secrets.text('the signature of an access token', accessToken.split('.')[2] ?? '');
    this.#secrets.text('a refresh token', refreshToken);
    Object.assign(hands, { accessToken, refreshToken });
  }

  async #cookies(context: BrowserContext): Promise<void> {
    const session = (await context.cookies()).find(({ name }) => name.startsWith('lifeboat_session'));
    this.#secrets.text('a cookie of the browser', present(session, 'the cookie').value);
  }

  /** Base32 as it is shown and as it is; its bytes. Gives the base32. */
  #authenticator(whose: string, shown: string): string {
    const secret = shown.replaceAll(/\s/g, '');
    this.#secrets.text(`the authenticator of ${whose}`, secret);
    this.#secrets.bytes(
      `the bytes of the authenticator of ${whose}`,
      Buffer.from(new ScureBase32Plugin().decode(secret)),
    );
    return secret;
  }

  #recovery(user: string, codes: readonly string[]): void {
    for (const code of codes) this.#secrets.text(`a recovery code of ${user}`, code);
    this.#used.set(user, [...codes]);
  }

  #recoveryCode(user: string): string {
    return present(this.#used.get(user)?.pop(), 'a recovery code');
  }
}

/** Through the cover, as whoever comes to a locked screen does. */
async function signOut(page: Page): Promise<void> {
  await page.getByRole('tab', { name: /^Net position/ }).waitFor();
  await page.keyboard.press('Control+l');
  await page.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByLabel('Password', { exact: true }).waitFor();
}
