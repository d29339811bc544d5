import type { VectorFile } from "../vector-file.ts";
import { coercion } from "./coercion.ts";
import { contracts } from "./contracts.ts";
import { closeGoldenDatabase } from "./database.ts";
import { ddl } from "./ddl.ts";
import { hashes } from "./hashes.ts";
import { incremental } from "./incremental.ts";
import { isoStrings } from "./iso-strings.ts";
import { naming } from "./naming.ts";
import { packages } from "./package.ts";
import { refresh } from "./refresh.ts";
import { relational } from "./relational.ts";
import { sql } from "./sql.ts";
import { system } from "./system.ts";
import { types } from "./types.ts";

/** The interop set: what dlt 1.31.0 answered, by file of `cases/interop/`. */
export const files: Record<string, VectorFile> = {
  coercion,
  contracts,
  ddl,
  hashes,
  incremental,
  iso_strings: isoStrings,
  naming,
  package: packages,
  refresh,
  relational,
  sql,
  system,
  types,
};

export const close = closeGoldenDatabase;
