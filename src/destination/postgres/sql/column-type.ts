import { ConfigError } from "../../../core/errors.ts";
import type { Column } from "../../../schema/table.ts";

/**
 * The PostgreSQL type of a column, as dlt 1.31 writes it. Throws `E_CONFIG` for a precision that the type cannot have.
 *
 * dlt: golden `types.json`, `ddl.json`.
 */
export function columnType(column: Column): string {
  const { precision, scale } = column;
  switch (column.dataType) {
    case "text":
      return precision === undefined ? "varchar" : `varchar(${digits(column, precision)})`;
    case "bigint":
      if (precision === undefined) return "bigint";
      if (precision > 64) throw wrongPrecision(column, precision);
      return precision <= 16 ? "smallint" : precision <= 32 ? "integer" : "bigint";
    case "double":
      return "double precision";
    case "bool":
      return "boolean";
    case "timestamp": {
      const zone = column.timezone === false ? "without time zone" : "with time zone";
      if (precision === undefined) return `timestamp ${zone}`;
      if (precision > 6) throw wrongPrecision(column, precision);
      return `timestamp (${digits(column, precision)}) ${zone}`;
    }
    case "time":
      if (precision === undefined) return "time without time zone";
      return `time (${digits(column, precision)}) without time zone`;
    case "date":
      return "date";
    case "binary":
      return "bytea";
    case "json":
      return "jsonb";
    case "decimal":
      return `numeric(${digits(column, precision ?? 38)},${digits(column, scale ?? 9)})`;
    case "wei":
      return `numeric(${digits(column, precision ?? 156)},${digits(column, scale ?? 78)})`;
    default:
      throw new ConfigError("E_CONFIG", `column ${column.name} has no data type`, { context: { column: column.name } });
  }
}

/** Precision comes from stored schemas and hints: nothing but a whole number may enter a statement. */
function digits(column: Column, value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw wrongPrecision(column, value);
  return String(value);
}

function wrongPrecision(column: Column, value: number): ConfigError {
  return new ConfigError(
    "E_CONFIG",
    `column ${column.name} of type ${column.dataType} cannot have precision ${value}`,
    {
      step: "load",
      context: { column: column.name },
    },
  );
}
