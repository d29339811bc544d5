import { quoteIdent } from "./identifier.ts";
import { quoteLiteral } from "./literal.ts";

export interface TransactionSettings {
  readonly readOnly: boolean;
  /** Milliseconds; undefined leaves what server and role say. */
  readonly statementTimeout: number | undefined;
  /** From the `options` parameter of the connection string. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Opens a transaction, with every setting local to it: poolers hand the session to others afterwards. One message, so
 * one round trip. READ COMMITTED, whatever the role's default: a snapshot taken before the wait for a lock would miss
 * what the other run commits. The keepalive settings make the server drop the session of a dead runner.
 */
export function beginSql(options: TransactionSettings): string {
  const level = options.readOnly ? "REPEATABLE READ READ ONLY" : "READ COMMITTED READ WRITE";
  const settings: (readonly [string, string])[] = [
    ...options.settings.map(({ name, value }) => [name, value] as const),
    ["TimeZone", "UTC"],
    ["DateStyle", "ISO"],
    ["standard_conforming_strings", "on"],
    ["client_min_messages", "warning"],
    ["search_path", ""],
    ["idle_in_transaction_session_timeout", "60s"],
    ["tcp_keepalives_idle", "10"],
    ["tcp_keepalives_interval", "5"],
    ["tcp_keepalives_count", "3"],
    ["tcp_user_timeout", "30000"],
  ];
  if (options.statementTimeout !== undefined) settings.push(["statement_timeout", String(options.statementTimeout)]);
  const lines = settings.map(([name, value]) => `SET LOCAL ${settingName(name)} = ${quoteLiteral(value)}`);
  return [`BEGIN ISOLATION LEVEL ${level}`, ...lines].join(";\n");
}

/** 0 would mean "wait for ever", so at least one millisecond. */
export function lockTimeoutSql(milliseconds: number): string {
  return `SET LOCAL lock_timeout = ${Math.max(1, Math.floor(milliseconds))}`;
}

function settingName(name: string): string {
  return name.split(".").map(quoteIdent).join(".");
}
