import { ipcMain, MessageChannelMain, type BrowserWindow } from 'electron';
import type { Door } from '#core/router.ts';
import { PORT_CHANNEL, READY_CHANNEL } from './channel.ts';
import { portWire } from './port-wire.ts';
import { isOurPage } from './sender.ts';

/**
 * Gives the page of this window its one message port, with the router behind it. A page that is loaded again
 * gets a new port, without a session, and the old one is closed. Returns the way to stop.
 */
export function servePort(
  window: BrowserWindow,
  pageUrl: string,
  door: { readonly router: Door },
): () => void {
  const serve = portWire(door.router);
  let close = (): void => undefined;
  const give = (event: Electron.IpcMainEvent): void => {
    if (event.sender !== window.webContents || !isOurPage(event, pageUrl)) return;
    close();
    const { port1, port2 } = new MessageChannelMain();
    serve(port1);
    port1.start();
    close = () => port1.close();
    window.webContents.postMessage(PORT_CHANNEL, null, [port2]);
  };
  ipcMain.on(READY_CHANNEL, give);
  return () => {
    ipcMain.off(READY_CHANNEL, give);
    close();
  };
}
