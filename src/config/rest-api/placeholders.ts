/** A piece of a template: literal text, or a placeholder with its optional conversion and format. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "field"; readonly name: string; readonly conversion: string; readonly format: string };

/** A template whose braces do not match. */
export class TemplateError extends Error {}

/**
 * Reads Python's format syntax: `{name}`, `{name!r}`, `{name:format}`, `{{` and `}}` for literal braces. Throws
 * {@link TemplateError}.
 */
export function parseTemplate(template: string): readonly Piece[] {
  if (!template.includes("{") && !template.includes("}"))
    return template === "" ? [] : [{ kind: "text", text: template }];
  const pieces: Piece[] = [];
  let text = "";
  for (let at = 0; at < template.length; at += 1) {
    const char = template[at] ?? "";
    if ((char === "{" || char === "}") && template[at + 1] === char) {
      text += char;
      at += 1;
    } else if (char === "}") {
      throw new TemplateError("a single } (write }} for a literal brace)");
    } else if (char === "{") {
      const end = closing(template, at);
      if (end < 0) throw new TemplateError("a { that is not closed (write {{ for a literal brace)");
      if (text !== "") pieces.push({ kind: "text", text });
      text = "";
      pieces.push(field(template.slice(at + 1, end)));
      at = end;
    } else {
      text += char;
    }
  }
  if (text !== "") pieces.push({ kind: "text", text });
  return pieces;
}

/** Index of the brace that closes the one at `at`; brackets (`a['}']`) may hold braces. */
function closing(template: string, at: number): number {
  let depth = 0;
  for (let index = at; index < template.length; index += 1) {
    const char = template[index];
    if (char === "{") depth += 1;
    if (char === "}") {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

function field(inner: string): Piece {
  let depth = 0;
  for (let index = 0; index < inner.length; index += 1) {
    const char = inner[index];
    if (char === "[") depth += 1;
    else if (char === "]") depth -= 1;
    else if (depth === 0 && (char === ":" || char === "!")) {
      const name = inner.slice(0, index);
      if (char === ":") return { kind: "field", name, conversion: "", format: inner.slice(index + 1) };
      const rest = inner.slice(index + 1);
      const colon = rest.indexOf(":");
      return {
        kind: "field",
        name,
        conversion: colon < 0 ? rest : rest.slice(0, colon),
        format: colon < 0 ? "" : rest.slice(colon + 1),
      };
    }
  }
  return { kind: "field", name: inner, conversion: "", format: "" };
}
