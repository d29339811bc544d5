/**
 * Targets of a `Link` header by relation, with dlt's reading: entries split at a comma followed by `<`, parameters at
 * `;`, names and values stripped of blanks and quotes, `rel` compared exactly. A later entry of a relation wins.
 */
export function parseLinkHeader(value: string | undefined): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  if (value === undefined) return links;
  for (const entry of value.trim().split(/, *</)) {
    const [target = "", ...params] = entry.split(";");
    const url = target.replace(/^[<> '"]+|[<> '"]+$/g, "");
    for (const param of params) {
      const [key = "", word] = param.split("=");
      if (word === undefined) break;
      if (strip(key) === "rel") links.set(strip(word), url);
    }
  }
  return links;
}

function strip(text: string): string {
  return text.replace(/^[ '"]+|[ '"]+$/g, "");
}
