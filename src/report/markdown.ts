/**
 * Text from data or configuration as GitHub Markdown that shows it as it is: nothing in it starts markup, HTML, a link,
 * a mention, a table cell or a line. Control and direction-changing characters become U+FFFD.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*{}[\]()<>#+!|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, entity)
    .replace(/:(?=\/\/)|@|(?<=\bwww)\./gi, entity)
    .replace(/^\s*(?:[-=]|\d+\.(?=\s|$))/, (mark) => mark.replace(/[-=.]/g, entity));
}

/** A name in code letters, as far as possible as a code span, which is easier to read in the source. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line.trim() === "") return "";
  // A pipe ends a table cell even within a code span, and a backtick ends the span.
  // Who prints the summary in a step must not start a command of the runner.
  return /[`|\\$]|^\s|\s$|##\[/.test(line) ? `<code>${escapeMarkdown(line)}</code>` : `\`${line}\``;
}

/** A column of a table: its title, and where its cells stand. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A table; cells are Markdown already. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((column) => column.title)),
    line(columns.map((column) => (column.align === "right" ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}

/** Something to open; the body is Markdown. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** Cut to so many characters, whole code points, with `…` for the rest. */
export function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}

/** Line breaks as spaces; what would move or hide text as U+FFFD. */
function oneLine(text: string): string {
  return text
    .replace(/\s*[\r\n\u2028\u2029\u0085]+\s*/g, " ")
    .replace(/\t/g, " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")
    .toWellFormed();
}

function entity(character: string): string {
  return `&#${character.codePointAt(0) ?? 0xfffd};`;
}
