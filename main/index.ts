import { app, BrowserWindow, Menu, nativeImage, net, protocol, session, Tray } from 'electron';
import { join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createApp, type App } from '#core/app.ts';
import { servePort } from '#native-bridge/port-server.ts';
import { SCREEN } from './build-screen.ts';
import { dataFolder } from './data-folder.ts';
import { createHost } from './host.ts';
import { loadFiles } from './load-files.ts';
import { seatPersons } from './persons.ts';
import { deskSecrets } from './secrets.ts';
import { deskWorld, type World } from './world.ts';

/** The page has a scheme of its own: no file of the machine is its neighbour. */
const SCHEME = 'lifeboat';
const PAGE = `${SCHEME}://desk/index.html`;
const ICON = join(import.meta.dirname, '..', 'build', 'icons', 'icon.png');

protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);

/** Electron's host: one desk, one window, one tray icon. A hidden window does not stop a run; Quit does. */
async function start(): Promise<void> {
  const data = dataFolder(process.env, process.platform);
  const world = await deskWorld(data, process.env['LIFEBOAT_WITH_MAIN'] === '1');
  const secrets = await deskSecrets(data, world.simulated);
  if (!secrets.ok) throw new Error(`${secrets.refusal.text} (${secrets.refusal.reason})`);
  const host = createHost({
    data,
    secrets: secrets.value,
    screen: null,
    clockOffsetMs: world.clockOffsetMs,
    reached: () => undefined,
  });
  const desk = await createApp(host, world.deskConfig, { build: `lifeboat ${app.getVersion()}` });
  if (!desk.ok) throw new Error(`${desk.refusal.text} (${desk.refusal.reason})`);
  desk.value.start();
  await loadFiles(desk.value.client(), world.files);
  await seatSimulated(desk.value, world);
  const setupCode = desk.value.setupCode();

  protocol.handle(SCHEME, ({ url }) => serveScreen(url));
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  const window = openWindow();
  const endPort = servePort(window, PAGE, { router: desk.value.router });
  const tray = openTray(window);
  app.on('second-instance', () => window.show());
  app.on('before-quit', () => window.destroy());
  app.on('will-quit', (event) => {
    event.preventDefault();
    endPort();
    tray.destroy();
    void desk.value
      .stop()
      .then(() => world.stop())
      .finally(() => app.exit(0));
  });
  // As a fragment, so that the page is the same one for who asks for the port.
  await window.loadURL(setupCode === null ? PAGE : `${PAGE}#setup=${setupCode}`);
}

/** The persons of a simulated desk are made over HTTP, as on a server; this desk has that door for no longer. */
async function seatSimulated(desk: App, world: World): Promise<void> {
  if (!world.simulated) return;
  const web = await desk.web({ port: 0, listen: [], names: [] });
  try {
    const persons = await seatPersons(world, { url: web.url, setupCode: desk.setupCode() });
    for (const line of persons) console.log(line);
  } finally {
    await web.close();
  }
}

function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    backgroundColor: '#0a0d12',
    autoHideMenuBar: true,
    icon: ICON,
    webPreferences: {
      preload: join(SCREEN, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  // The page is the whole world of this window: it opens no other and goes nowhere.
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => {
    if (event.url !== PAGE) event.preventDefault();
  });
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  window.on('close', (event) => {
    event.preventDefault();
    window.hide();
  });
  return window;
}

function openTray(window: BrowserWindow): Tray {
  const tray = new Tray(nativeImage.createFromPath(ICON).resize({ width: 22, height: 22 }));
  tray.setToolTip('Lifeboat');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show Lifeboat', click: () => window.show() },
      { label: 'Quit: stops the desk', click: () => app.quit() },
    ]),
  );
  tray.on('click', () => window.show());
  return tray;
}

/** A file of the built screen, and nothing outside its folder. */
async function serveScreen(url: string): Promise<Response> {
  const path = normalize(join(SCREEN, decodeURIComponent(new URL(url).pathname)));
  if (!path.startsWith(SCREEN + sep)) return new Response('not of the screen', { status: 404 });
  return await net.fetch(pathToFileURL(path).toString());
}

if (app.requestSingleInstanceLock()) {
  void app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      console.error('The desk can not start:', error instanceof Error ? error.message : error);
      app.exit(1);
    });
} else {
  app.quit();
}
