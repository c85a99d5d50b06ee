/** The address that start prints on the first run carries the setup code. */
const IN_ADDRESS = /[?#&]setup=([\w-]+)/;

let setupCode = '';

/** Takes the setup code out of the address, before anything else: it must not stay in the history. */
export function takeSetupCode(): void {
  const found = IN_ADDRESS.exec(location.search + location.hash)?.[1];
  if (found === undefined) return;
  setupCode = found;
  history.replaceState(null, '', location.pathname);
}

export function setupCodeOfAddress(): string {
  return setupCode;
}
