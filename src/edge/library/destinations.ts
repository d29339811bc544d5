import { Secret } from "../../core/secret.ts";
import { createPostgres, type PostgresOptions } from "../../destination/postgres/create-postgres.ts";
import { startEmbeddedPostgres } from "../../destination/postgres/embedded/start.ts";
import type { Destination } from "../../load/destination.ts";
import { systemClock, systemRandom } from "../shared/system-ports.ts";
import { VERSION } from "../shared/version.ts";

/** A destination that a pipeline opens for each run. */
export interface DestinationOption {
  readonly kind: "postgres" | "embedded";
  /** @param workFolder folder of the pipeline */
  open(workFolder: string): Promise<{ readonly destination: Destination; close(): Promise<void> }>;
}

export type PostgresSettings = Omit<PostgresOptions, "dsn" | "clock" | "random" | "applicationName">;

/**
 * PostgreSQL or AlloyDB.
 *
 * @param connectionString `postgresql://user:password@host:5432/database`; parameters as libpq has them
 */
export function postgres(connectionString: string, settings: PostgresSettings = {}): DestinationOption {
  return { kind: "postgres", open: async () => openPostgres(new Secret(connectionString), settings) };
}

/** A PostgreSQL of its own, with its data below the pipeline's working directory. */
export function embedded(): DestinationOption {
  return {
    kind: "embedded",
    open: async (workFolder) => {
      const server = await startEmbeddedPostgres({ folder: workFolder });
      const opened = openPostgres(new Secret(server.connectionString), {});
      return {
        destination: opened.destination,
        close: async () => {
          await opened.close();
          await server.stop();
        },
      };
    },
  };
}

function openPostgres(dsn: Secret, settings: PostgresSettings) {
  const destination = createPostgres({
    ...settings,
    dsn,
    clock: systemClock,
    random: systemRandom,
    applicationName: `sluice/${VERSION}`,
  });
  return { destination, close: () => destination.close() };
}
