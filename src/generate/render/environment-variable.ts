/** The variable of the environment that gives a secret of the source: `SOURCES__GITLAB__API_KEY`. */
export function environmentVariable(project: string, key: string): string {
  return `SOURCES__${project}__${key}`.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
}
