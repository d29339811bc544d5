/** Where the value of a setting came from. The trace of a run holds one for each; never a secret's value. */
export interface SettingTrace {
  readonly key: string;
  /** `flag --dataset-name`, `environment SOURCES__GITLAB__TOKEN`, `.dlt/secrets.toml`, `default`, ... */
  readonly from: string;
  readonly secret: boolean;
  /** Text of the value; `***` for secrets. */
  readonly value: string;
}
