import type { Secret } from "../../core/secret.ts";

/** The text of a configured value, secret or not; empty when there is none. */
export function reveal(value: string | Secret | null | undefined): string {
  return typeof value === "object" && value !== null ? value.reveal() : (value ?? "");
}
