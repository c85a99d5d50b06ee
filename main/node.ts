import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createApp, type App } from '#core/app.ts';
import { buildScreen, SCREEN } from './build-screen.ts';
import { dataFolder } from './data-folder.ts';
import { createHost } from './host.ts';
import { openElectron, openBrowser } from './open-screen.ts';
import { loadFiles } from './load-files.ts';
import { seatPersons } from './persons.ts';
import { deskSecrets } from './secrets.ts';
import { deskWorld } from './world.ts';

/** Version of this build, journalled at each start. */
const BUILD = 'lifeboat 0.1.0';

const HELP = `npm start -- [--port N] [--no-open] [--with-main]

Starts the desk and prints the address of its screen. With a desk.json in the data folder (LIFEBOAT_DATA, else the system's place for application data)
it talks to the exchanges named there, and while nobody may sign in the address carries the code of the first run;
without a desk.json it starts a simulated exchange with a seeded book, and prints how to sign in. --with-main: beside it a
stand-in for the main system, which the desk follows until you stop it, and to which it hands everything back.`;

/** Starts everything, prints where the screen is, and stops all of it on Ctrl-C. */
async function start(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'no-open': { type: 'boolean' },
      'with-main': { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    console.error(`--port takes a port number, not ${values.port}`);
    return 2;
  }
  const data = dataFolder(process.env, process.platform);
  const stopped = stopAsked();
  buildScreen();
  if (values['no-open'] !== true && openElectron(data, values['with-main']))
    return await stopped.then(() => 0);

  const world = await deskWorld(data, values['with-main']);
  try {
    return await runDesk(data, world, { port, open: values['no-open'] !== true, stopped });
  } finally {
    await world.stop();
  }
}

type World = Awaited<ReturnType<typeof deskWorld>>;

async function runDesk(
  data: string,
  world: World,
  options: { readonly port: number | null; readonly open: boolean; readonly stopped: Promise<string> },
): Promise<number> {
  const secrets = await deskSecrets(data, world.simulated);
  if (!secrets.ok) {
    console.error(`The desk can not start: ${secrets.refusal.text} (${secrets.refusal.reason}).`);
    return 1;
  }
  const host = createHost({
    data,
    secrets: secrets.value,
    screen: existsSync(join(SCREEN, 'index.html')) ? SCREEN : null,
    clockOffsetMs: world.clockOffsetMs,
    reached: () => undefined,
  });
  const app = await createApp(host, world.deskConfig, { build: BUILD });
  if (!app.ok) {
    console.error(`The desk can not start: ${app.refusal.text} (${app.refusal.reason}).`);
    return 1;
  }
  app.value.start();
  await loadFiles(app.value.client(), world.files);
  const { listen, names, port } = world.deskConfig.web;
  const web = await app.value.web({ port: options.port ?? port, listen, names });
  const known = writeAddress(data, web.url);
  await announce(data, world, app.value, { url: web.url, fingerprint: web.fingerprint, open: options.open });
  console.log(`Stopping on ${await options.stopped}.`);
  rmSync(known, { force: true });
  await web.close();
  await app.value.stop();
  return 0;
}

/** What is said in here is not remembered: the function that waits for the end holds neither password nor setup code. */
async function announce(
  data: string,
  world: World,
  app: App,
  web: { readonly url: string; readonly fingerprint: string | null; readonly open: boolean },
): Promise<void> {
  const persons = await seatPersons(world, { url: web.url, setupCode: app.setupCode() });
  const setupCode = app.setupCode();
  const address = setupCode === null ? web.url : `${web.url}/?setup=${setupCode}`;
  const kind = world.simulated ? 'SIMULATED exchange, nothing real is traded' : 'live';
  console.log(`Lifeboat desk ${world.deskConfig.desk}: ${kind}`);
  console.log(`Data: ${data}`);
  for (const line of [...persons, ...mainLines(world)]) console.log(line);
  if (web.fingerprint !== null) console.log(`Certificate: SHA-256 ${web.fingerprint}`);
  console.log(`Screen${setupCode === null ? '' : ' (this address makes the first admin, once)'}: ${address}`);
  if (web.open) openBrowser(address);
}

/** How a person loses the stand-in for main, and gets it back. */
function mainLines({ mainControl }: World): readonly string[] {
  if (mainControl === null) return [];
  const does = (name: string): string =>
    `  curl -d '{"do":"scenario","name":"${name}"}' http://127.0.0.1:${mainControl}/`;
  return [
    'Main is a stand-in. It falls silent, and it is there again (docs/main-protocol.md has more scenarios):',
    does('frozen'),
    does('healthy'),
  ];
}

/** Where the command line finds the running desk; readable by this user only. */
function writeAddress(data: string, url: string): string {
  const path = join(data, 'desk-address.json');
  rmSync(path, { force: true });
  writeFileSync(path, JSON.stringify({ url }), { mode: 0o600 });
  return path;
}

function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

process.exitCode = await start();
