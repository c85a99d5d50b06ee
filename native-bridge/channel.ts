/** The two words that cross the border between the page and the main process. All else is the port. */
export const PORT_CHANNEL = 'lifeboat-port';
export const READY_CHANNEL = 'lifeboat-ready';
