import type { Column } from './data-row.tsx';
import { ContractName } from './said.tsx';

interface Named {
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string | null;
}

/** The three columns by which every grid names a row: account, contract, product. */
export function rowColumns<Row extends Named>(): readonly Column<Row>[] {
  return [
    { id: 'account', header: 'Account', width: 90, value: (row) => row.account },
    {
      id: 'instrument',
      header: 'Contract',
      width: 234,
      grow: 2,
      value: (row) => row.instrumentId,
      cell: (row) => <ContractName id={row.instrumentId} />,
    },
    { id: 'product', header: 'Prod', width: 60, value: (row) => row.product ?? 'unattributed' },
  ];
}
