/** False for the one name that no mapping of a pipeline file can have as a key. */
export function isWritableKey(name: string): boolean {
  return name !== "__proto__";
}

/** A path variable as a pipeline file can hold it; its name is never sent. */
export function writableVariable(name: string): string {
  return isWritableKey(name) ? name : `${name}in_path`;
}

/** True for what HTTP allows as the name of a header, and a pipeline file as a key. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isWritableKey(name);
}

/** True for what HTTP allows as the value of a header: no line break, nothing beyond Latin 1. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** True for a path that names a server: a pipeline would ask it, and with the credentials. */
export function namesServer(path: string): boolean {
  return /^\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}/i.test(path);
}
