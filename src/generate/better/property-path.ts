/**
 * The JSONPath of a property: `meta.next`, `['@odata.nextLink']`, `$` for the answer itself. Names that are no plain words
 * stand in brackets.
 */
export function propertyPath(path: readonly string[]): string {
  let text = "";
  for (const piece of path) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(piece)) text += text === "" ? piece : `.${piece}`;
    else text += `['${piece.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  }
  return text === "" ? "$" : text;
}
