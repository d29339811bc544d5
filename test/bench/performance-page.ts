/** The part of `docs/performance.md` that a measurement writes; the rest is written by hand. */
const BEGIN = "<!-- begin: written by `npm run bench -- --write` -->";
const END = "<!-- end: written by `npm run bench -- --write` -->";

/** The page with its figures replaced. Throws when the marks are missing, so that nothing by hand is lost. */
export function replaceFigures(page: string, figures: string): string {
  const start = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error("docs/performance.md has no place for figures: its marks are missing");
  return `${page.slice(0, start + BEGIN.length)}\n\n${figures.trim()}\n\n${page.slice(end)}`;
}
