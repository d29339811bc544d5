/**
 * Targets of a `Link` header by relation, with dlt's reading: entries split at a comma followed by `<`, parameters at
 * `;`, names and values stripped of blanks and quotes, `rel` compared exactly. A later entry of a relation wins; one
 * without a relation stands under its target.
 */
export function parseLinkHeader(value: string | undefined): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  const header = strip(value ?? "");
  if (header === "") return links;
  for (const entry of header.split(/, *</)) {
    const [target = "", ...params] = entry.split(";");
    const url = target.replace(/^[<> '"]+|[<> '"]+$/g, "");
    let relation = "";
    for (const param of params) {
      const [key = "", word = "", ...more] = param.split("=");
      if (more.length > 0 || !param.includes("=")) break;
      if (strip(key) === "rel") relation = strip(word);
    }
    links.set(relation === "" ? url : relation, url);
  }
  return links;
}

function strip(text: string): string {
  return text.replace(/^[ '"]+|[ '"]+$/g, "");
}
