/** Orders as history asks for them, and where in the log each order is spoken of. */
export const migration = {
  id: 20,
  name: 'orders',
  sql: `
    CREATE TABLE orders (
      order_id TEXT PRIMARY KEY,
      trading_date TEXT NOT NULL,
      venue TEXT NOT NULL,
      account TEXT NOT NULL,
      instrument_id TEXT NOT NULL,
      product TEXT NOT NULL,
      side TEXT NOT NULL,
      quantity INTEGER NOT NULL,
      order_type TEXT NOT NULL,
      price_e4 INTEGER,
      time_in_force TEXT NOT NULL,
      run_id TEXT,
      evidence TEXT NOT NULL,
      planned_at_ms INTEGER NOT NULL,
      sent_at_ms INTEGER,
      exchange_order_id TEXT,
      ended_status TEXT,
      ended_at_ms INTEGER,
      ended_text TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX orders_by_account ON orders (account, trading_date);
    CREATE TABLE order_facts (
      order_id TEXT NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (order_id, seq)
    ) STRICT, WITHOUT ROWID;
  `,
};
