/**
 * Names in small letters with `_` between words, as dlt-init-openapi makes them: `getApiV4Groups` -> `get_api_v4_groups`,
 * `OAuth2Token` -> `o_auth_2_token`. Characters other than letters, digits, `_`, `.`, blank and `-` vanish without a gap.
 * Not the naming of dlt, which tables go through later (`schema/naming`).
 */
export function snakeCase(text: string): string {
  const kept = text.replace(OTHER, "");
  // Where no letter is a capital, words cannot be guessed.
  const spaced = /\p{Uppercase}/u.test(kept) ? kept.replace(WORD, " $& ") : kept;
  return spaced
    .split(/[. _-]+/)
    .filter((word) => word !== "")
    .join("_")
    .toLowerCase();
}

const OTHER = /[^\p{L}\p{N}_. -]+/gu;
const WORD = /[A-Z]?[a-z]+/g;
