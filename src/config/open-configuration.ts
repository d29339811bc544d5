import { withPatterns } from "../expression/patterns.ts";
import { type Configuration, type ConfigurationSources, loadConfiguration } from "./load-configuration.ts";

/** The configuration of a run, with what its expressions need loaded. Throws as {@link loadConfiguration} does. */
export function openConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  return withPatterns(() => loadConfiguration(sources));
}
