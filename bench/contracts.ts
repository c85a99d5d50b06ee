const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange';
const UNDERLYINGS = ['NIFTY', 'BANKNIFTY', 'FINNIFTY', 'MIDCPNIFTY', 'RELIANCE', 'TCS', 'INFY', 'SBIN'];
const LOWEST_STRIKE = 1_000;
const STRIKE_STEP = 5;

/** A vendor's contract file of one day with so many rows. `day` makes it another file with the same contracts. */
export function contractFile(rows: number, day: number): string {
  const lines = [HEAD];
  for (let n = 0; n < rows; n += 1) {
    const underlying = UNDERLYINGS[n % UNDERLYINGS.length] ?? '';
    const kind = n % 16 < 8 ? 'CE' : 'PE';
    const strike = LOWEST_STRIKE + STRIKE_STEP * Math.floor(n / 16);
    const symbol = `${underlying}26NOV${strike}${kind}`;
    const price = (100 + ((n * 7 + day) % 900)).toFixed(2);
    lines.push(
      `${n + 1},${n + 1},${symbol},"${underlying}",${price},2026-11-24,${strike},0.05,65,${kind},NFO-OPT,NFO`,
    );
  }
  return `${lines.join('\n')}\n`;
}
