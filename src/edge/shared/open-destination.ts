import type { Configuration } from "../../config/load-configuration.ts";
import { Secret } from "../../core/secret.ts";
import { createPostgres } from "../../destination/postgres/create-postgres.ts";
import { startEmbeddedPostgres } from "../../destination/postgres/embedded/start.ts";
import type { Destination } from "../../load/destination.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { VERSION } from "./version.ts";

export interface OpenedDestination {
  readonly destination: Destination;
  readonly kind: "postgres" | "embedded";
  /** How to reach it with other programs; of the embedded database, with its password. */
  readonly connectionString: Secret;
  /** Ends what this process started. */
  close(): Promise<void>;
}

/**
 * The destination that a configuration names; the embedded PostgreSQL is started first. Throws `E_INPUT` for a
 * connection string that cannot be used, `E_CONFIG` when there are no PostgreSQL programs.
 */
export async function openDestination(
  configuration: Configuration,
  options: {
    readonly workingDirectory: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly onMessage?: (text: string) => void;
  },
): Promise<OpenedDestination> {
  const { destination: wanted } = configuration;
  if (wanted.kind === "postgres") {
    const destination = makePostgres(configuration, wanted.connectionString, options.environment);
    return {
      destination,
      kind: "postgres",
      connectionString: wanted.connectionString,
      close: () => destination.close(),
    };
  }
  const embedded = await startEmbeddedPostgres({
    folder: options.workingDirectory,
    database: "sluice",
    ...(options.onMessage === undefined ? {} : { onMessage: options.onMessage }),
  });
  const connectionString = new Secret(embedded.connectionString);
  const destination = makePostgres(configuration, connectionString, {});
  return {
    destination,
    kind: "embedded",
    connectionString,
    close: async () => {
      await destination.close();
      await embedded.stop();
    },
  };
}

function makePostgres(
  { settings }: Configuration,
  dsn: Secret,
  environment: Readonly<Record<string, string | undefined>>,
): Destination {
  return createPostgres({
    dsn,
    clock: systemClock,
    random: systemRandom,
    applicationName: `sluice/${VERSION}`,
    environment,
    connectWait: settings.connectWait * 1000,
    maxAttempts: settings.maxAttempts,
    replaceMethod: settings.replaceMethod,
    allowInsecurePostgres: settings.allowInsecurePostgres,
    ...(settings.lockWait === undefined
      ? {}
      : { lockWait: settings.lockWait * 1000, datasetLockWait: settings.lockWait * 1000 }),
    ...(settings.statementTimeout === undefined ? {} : { statementTimeout: settings.statementTimeout * 1000 }),
  });
}
