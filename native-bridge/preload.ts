import { ipcRenderer } from 'electron';
import { PORT_CHANNEL, READY_CHANNEL } from './channel.ts';

/**
 * All the privilege that the page gets: one message port to the router. The page asks for it when it is ready;
 * nothing of Electron or Node is exposed.
 */
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source === window && event.data === READY_CHANNEL) ipcRenderer.send(READY_CHANNEL);
});

ipcRenderer.on(PORT_CHANNEL, (event) => {
  window.postMessage(PORT_CHANNEL, '*', event.ports);
});
