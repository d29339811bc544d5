import { DataError } from "../core/errors.ts";

export interface ContractViolation {
  readonly schema: string;
  readonly table: string;
  readonly column?: string;
  readonly resource: string;
  /** Position of the record, where data broke the contract. */
  readonly record?: number;
  readonly entity: "tables" | "columns" | "data_type";
  /** What cannot be done, in dlt's words: "Can't add table `t`". */
  readonly what: string;
}

/** The error of a frozen schema. The text is dlt's as far as it goes, so that a search finds its documentation. */
export function contractError(violation: ContractViolation): DataError {
  const { schema, table, column, resource, record, entity, what } = violation;
  const place = column === undefined ? `In Table: \`${table}\` ` : `In Table: \`${table}\` Column: \`${column}\``;
  const frozen = entity === "data_type" ? "data_types" : entity;
  const where = record === undefined ? `resource ${resource}` : `record ${record} of ${resource}`;
  return new DataError(
    "E_DATA_CONTRACT",
    `In schema \`${schema}\`: ${place} . Contract on \`${entity}\` with \`contract_mode=freeze\` is violated. ${what} because \`${frozen}\` are frozen (${where}).`,
    {
      step: "normalize",
      hint: `Nothing was loaded. Allow the change once with schema_contract: { ${entity}: evolve }, keep it out with discard_value or discard_row, or ${ADVICE[entity]}.`,
      context: {
        resource,
        table,
        ...(column === undefined ? {} : { column }),
        ...(record === undefined ? {} : { row: record }),
      },
    },
  );
}

const ADVICE = {
  tables: "keep the list as JSON with max_table_nesting",
  columns: "declare the column under columns while columns may evolve",
  data_type: "give the column another type under columns in a new table",
} as const;
