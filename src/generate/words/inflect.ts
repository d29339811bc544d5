/**
 * English plurals and singulars by the table of the Python package `Inflector` 3.1.1 (Bermi Ferrer Martinez, after
 * Rails), which names of the reference depend on (its licence is in NOTICE). Its odd answers are kept: `status` -> `statu`, `data` -> `datum`.
 */

/** `category` -> `categories`; an empty word gives `s`. */
export function pluralize(word: string): string {
  return inflect(word, PLURAL);
}

/** `projects` -> `project`. */
export function singularize(word: string): string {
  return inflect(word, SINGULAR);
}

interface Inflection {
  /** Words that end in one of these stay as they are. */
  readonly uncountable: RegExp;
  /** Endings that are replaced but for their first letter. */
  readonly irregular: readonly (readonly [ending: RegExp, rest: string])[];
  /** The first that matches is applied, everywhere it matches. */
  readonly rules: readonly (readonly [RegExp, string])[];
}

function inflect(word: string, by: Inflection): string {
  if (by.uncountable.test(word.toLowerCase())) return word;
  for (const [ending, rest] of by.irregular) {
    const match = ending.exec(word);
    if (match !== null) return word.slice(0, match.index + 1) + rest;
  }
  const rule = by.rules.find(([pattern]) => word.search(pattern) >= 0);
  return rule === undefined ? word : word.replace(rule[0], rule[1]);
}

const PLURAL: Inflection = {
  uncountable: /(?:equipment|information|rice|money|species|series|fish|sheep|deer|moose)$/,
  irregular: [
    [/person$/iu, "eople"],
    [/man$/iu, "en"],
    [/child$/iu, "hildren"],
    [/sex$/iu, "exes"],
    [/move$/iu, "oves"],
    [/staff$/iu, "taves"],
    [/foot$/iu, "eet"],
    [/goose$/iu, "eese"],
  ],
  rules: [
    [/(quiz)$/giu, "$1zes"],
    [/^(ox)$/giu, "$1en"],
    [/([m|l])ouse$/giu, "$1ice"],
    [/(matr|vert|ind)ix|ex$/giu, "$1ices"],
    [/(x|ch|ss|sh)$/giu, "$1es"],
    [/([^aeiouy]|qu)ies$/giu, "$1y"],
    [/([^aeiouy]|qu)y$/giu, "$1ies"],
    [/(hive)$/giu, "$1s"],
    [/(?:([^f])fe|([lr])f)$/giu, "$1$2ves"],
    [/sis$/giu, "ses"],
    [/([ti])um$/giu, "$1a"],
    [/(buffal|tomat)o$/giu, "$1oes"],
    [/(bu)s$/giu, "$1ses"],
    [/(alias|status)/giu, "$1es"],
    [/(octop|vir)us$/giu, "$1i"],
    [/(ax|test)is$/giu, "$1es"],
    [/s$/giu, "s"],
    [/$/giu, "s"],
  ],
};

const SINGULAR: Inflection = {
  uncountable: /(?:equipment|information|rice|money|species|series|fish|sheep|sms)$/,
  irregular: [
    [/people$/iu, "erson"],
    [/men$/iu, "an"],
    [/children$/iu, "hild"],
    [/sexes$/iu, "ex"],
    [/moves$/iu, "ove"],
  ],
  rules: [
    [/(quiz)zes$/giu, "$1"],
    [/(matr)ices$/giu, "$1ix"],
    [/(vert|ind)ices$/giu, "$1ex"],
    [/^(ox)en/giu, "$1"],
    [/(alias|status)es$/giu, "$1"],
    [/([octop|vir])i$/giu, "$1us"],
    [/(cris|ax|test)es$/giu, "$1is"],
    [/(shoe)s$/giu, "$1"],
    [/(o)es$/giu, "$1"],
    [/(bus)es$/giu, "$1"],
    [/([m|l])ice$/giu, "$1ouse"],
    [/(x|ch|ss|sh)es$/giu, "$1"],
    [/(m)ovies$/giu, "$1ovie"],
    [/(s)eries$/giu, "$1eries"],
    [/([^aeiouy]|qu)ies$/giu, "$1y"],
    [/([lr])ves$/giu, "$1f"],
    [/(tive)s$/giu, "$1"],
    [/(hive)s$/giu, "$1"],
    [/([^f])ves$/giu, "$1fe"],
    [/(^analy)ses$/giu, "$1sis"],
    [/((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)ses$/giu, "$1$2sis"],
    [/([ti])a$/giu, "$1um"],
    [/(n)ews$/giu, "$1ews"],
    [/s$/giu, ""],
  ],
};
