/** The trade book: every trade once, by the key of design I4, ours and those of others that were seen. */
export const migration = {
  id: 30,
  name: 'trades',
  sql: `
    CREATE TABLE fills (
      fill_key TEXT PRIMARY KEY,
      order_id TEXT,
      venue TEXT NOT NULL,
      trading_date TEXT NOT NULL,
      account TEXT NOT NULL,
      instrument_id TEXT NOT NULL,
      product TEXT,
      side TEXT NOT NULL,
      exchange_order_id TEXT NOT NULL,
      trade_id TEXT NOT NULL,
      quantity INTEGER NOT NULL,
      price_e4 INTEGER NOT NULL,
      traded_at_ms INTEGER NOT NULL,
      via TEXT NOT NULL,
      state TEXT NOT NULL,
      seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX fills_by_account ON fills (account, trading_date);
    CREATE INDEX fills_by_date ON fills (trading_date, seq);
    CREATE INDEX fills_by_order ON fills (order_id);
    CREATE INDEX fills_by_exchange_order ON fills (venue, exchange_order_id);
  `,
};
