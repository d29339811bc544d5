/**
 * Every error and warning code, declared once. `docs/errors.md` is generated from this table, and the exit status
 * follows from it.
 */
export interface ErrorCodeFacts {
  /** Exit status of the process when this error ends a run. */
  readonly exit: number;
  /** True when running again later can succeed without a change. */
  readonly retryable: boolean;
  /** What it means, for the user. */
  readonly meaning: string;
}

export const ERROR_CODES = {
  E_INTERNAL: { exit: 1, retryable: false, meaning: "A bug in Sluice. Please report it with the stack trace." },
  E_CONFIG: { exit: 2, retryable: false, meaning: "The pipeline file or the settings are wrong." },
  E_INPUT: { exit: 2, retryable: false, meaning: "An input or a flag is missing or has a value that cannot be used." },
  E_OPENAPI: {
    exit: 2,
    retryable: false,
    meaning: "The OpenAPI document cannot be read, or has nothing that could be loaded.",
  },
  E_UNSAFE_URL: {
    exit: 2,
    retryable: false,
    meaning: "A URL points where Sluice does not go, or would send a credential unprotected.",
  },
  E_SOURCE_AUTH: { exit: 3, retryable: false, meaning: "The source refused the credential (401)." },
  E_SOURCE_FORBIDDEN: { exit: 3, retryable: false, meaning: "The credential may not read this endpoint (403)." },
  E_SOURCE_NOT_FOUND: {
    exit: 3,
    retryable: false,
    meaning: "The source has no such endpoint or record (404), or refused the request (other 4xx).",
  },
  E_SOURCE_BODY: { exit: 3, retryable: false, meaning: "The answer of the source is not valid JSON." },
  E_SOURCE_SHAPE: {
    exit: 3,
    retryable: false,
    meaning: "The answer of the source is JSON but lacks what the configuration needs.",
  },
  E_PAGINATION_LOOP: { exit: 3, retryable: false, meaning: "The source answers with the same page again and again." },
  E_FOREIGN_ORIGIN: {
    exit: 3,
    retryable: false,
    meaning: "The source points to another origin, where Sluice does not follow.",
  },
  E_DEST_AUTH: { exit: 4, retryable: false, meaning: "The database refused user, password or database name." },
  E_DEST_TLS: { exit: 4, retryable: false, meaning: "The encrypted connection to the database could not be verified." },
  E_DEST_PERMISSION: { exit: 4, retryable: false, meaning: "The database role lacks a privilege." },
  E_DEST_READONLY: { exit: 4, retryable: false, meaning: "The database accepts no writes." },
  E_DEST_FULL: { exit: 4, retryable: false, meaning: "The database server has no space left." },
  E_DEST_DATA: { exit: 4, retryable: false, meaning: "The database refused rows or a change of a table." },
  E_STATE_UNREADABLE: { exit: 4, retryable: false, meaning: "The pipeline state in the database cannot be read." },
  E_SOURCE_UNAVAILABLE: {
    exit: 5,
    retryable: true,
    meaning: "The source did not answer, or answered with a server error, after all attempts.",
  },
  E_SOURCE_RATE_LIMIT: { exit: 5, retryable: true, meaning: "The source asks to wait longer than allowed." },
  E_DEST_UNAVAILABLE: { exit: 5, retryable: true, meaning: "The database cannot be reached." },
  E_TIMEOUT: { exit: 5, retryable: true, meaning: "A time limit was reached." },
  E_LOCKED: { exit: 6, retryable: true, meaning: "Another run holds the lock." },
  E_STATE_MOVED: { exit: 6, retryable: true, meaning: "Another run committed a new state of this pipeline meanwhile." },
  E_DATA_CONTRACT: { exit: 7, retryable: false, meaning: "The data breaks the schema contract." },
  E_DATA_VALUE: { exit: 7, retryable: false, meaning: "A value cannot be stored." },
  E_LIMIT: { exit: 7, retryable: false, meaning: "A limit was reached." },
  E_TOO_MANY_COLUMNS: { exit: 7, retryable: false, meaning: "A table would have more columns than PostgreSQL allows." },
  E_NULL_KEY: { exit: 7, retryable: false, meaning: "A record has no value in a key column." },
  E_CANCELLED: { exit: 130, retryable: true, meaning: "The run was stopped by a signal." },
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const WARNING_CODES = {
  W_NUL_REMOVED: "NUL characters were removed from text; PostgreSQL cannot store them.",
  W_SURROGATE_REPLACED: "Lone surrogates were replaced by U+FFFD.",
  W_NAME_COLLISION: "Two keys normalize to one column name; the last value visited is kept.",
  W_VARIANT_COLUMN: "Values of another type went to a variant column.",
  W_CONTRACT_TABLE: "Rows were dropped because the schema contract keeps new tables out.",
  W_CONTRACT_ROW: "Rows were dropped because the schema contract keeps a new column or type out.",
  W_CONTRACT_VALUE: "Values were dropped because the schema contract keeps a new column or type out.",
  W_NULL_ITEM: "Null items of a list were skipped.",
  W_NULL_KEY_SKIPPED: "Records without a value in a key column were left out.",
  W_RESERVED_FIELD: "A field with a reserved name was replaced.",
  W_FIELD_REPLACED:
    "A step renamed a field to a name that another field had, which is gone; leave that one out in a step before if it is meant.",
  W_STATE_REWOUND: "The state in the database is older than the one known here; the database wins.",
  W_PACKAGE_DROPPED: "A package left behind by an earlier run was dropped; its rows are extracted again.",
  W_PACKAGE_CORRUPT: "A package left behind by an earlier run is damaged; its rows are extracted again.",
  W_NO_CREDENTIALS: "The run was skipped, because GitHub passed no secrets to it; nothing was requested or written.",
  W_CACHE_IGNORED: "A cache entry was not used.",
  W_PARENT_SKIPPED: "Records of some parents were skipped because the source answered with an ignored status.",
  W_RESOURCE_SKIPPED: "A resource was skipped because the source answered with an ignored status.",
  W_RESOURCE_FAILED: "A resource failed; its rows were left out of this load, and its cursor has not moved.",
  W_PARENTS_FORGOTTEN:
    "There are more parents than cursors are kept for; those without one start anew, and their rows are merged again.",
  W_REPEATED_KEY:
    "A primary key came again within the last 10 000 of a resource that appends, so that the row stands there twice.",
  W_DUPLICATE_KEY: "The same key arrived several times in one load; the last received is kept.",
  W_ENCODING_REPLACED: "Bytes that are no UTF-8 were replaced by U+FFFD.",
  W_CONTENT_TYPE: "JSON arrived under another content type.",
  W_PAGINATOR_GUESSED: "The paginator was guessed from the first page; name it in the configuration.",
  W_NOTHING_SELECTED:
    "A data_selector matched nothing in any answer of a resource, so that it has no rows; correct it, unless the source leaves the key out when it has nothing.",
  W_SHARED_TABLE:
    "Resources whose names differ only in how they are written fill one table; give each its table_name, the same one if that is meant.",
  W_FIRST_LOAD:
    "A load that finds no stored schema would end with an error; only a pipeline that has loaded before can go on.",
  W_ROUTE_CHANGED: "A value inserted into a path changes the route.",
  W_TLS: "The connection is encrypted but the server is not verified.",
  W_VACUUM: "A table could not be vacuumed after the load.",
  W_REPLACE_VISIBLE: "The chosen replace method lets readers see an empty table.",
} as const satisfies Record<string, string>;

export type WarningCode = keyof typeof WARNING_CODES;

/** Exit status of an error code. */
export function exitStatus(code: ErrorCode): number {
  return ERROR_CODES[code].exit;
}
