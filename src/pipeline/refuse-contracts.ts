import { ConfigError } from "../core/errors.ts";
import type { SchemaContract, Source } from "../core/source.ts";

/**
 * Throws for a schema contract that would have to refuse or drop anything: contracts are not built, and a `freeze` that
 * freezes nothing would let through what the user wanted to keep out.
 */
export function refuseContracts(source: Pick<Source, "name" | "schemaContract" | "resources">): void {
  const places = [
    { place: `source ${source.name}`, contract: source.schemaContract },
    ...source.resources.map(({ name, hints }) => ({ place: `resource ${name}`, contract: hints.schemaContract })),
  ];
  const found = places.filter(({ contract }) => contract !== undefined && !evolves(contract));
  if (found.length === 0) return;
  throw new ConfigError(
    "E_CONFIG",
    `schema_contract of ${found.map(({ place }) => place).join(", ")} is not built yet: only evolve is`,
    { step: "config", reason: "unknown_type", hint: "Leave schema_contract out, or write evolve." },
  );
}

function evolves(contract: SchemaContract): boolean {
  const modes = typeof contract === "string" ? [contract] : Object.values(contract);
  return modes.every((mode) => mode === undefined || mode === "evolve");
}
