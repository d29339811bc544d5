/** What outlives an extraction. */
export interface TokenMemory {
  /** In use, until it is time for a new one. */
  token?: { readonly value: string; readonly until: number } | undefined;
  /** The source has taken it. */
  served?: boolean;
  /** The refresh token that has taken the place of the configured one. */
  refresh?: string;
}
