import {
  type Configuration,
  type ConfigurationSources,
  loadConfiguration,
} from "../../../../src/config/load-configuration.ts";
import { SluiceError } from "../../../../src/core/errors.ts";

export interface Given extends Partial<Omit<ConfigurationSources, "readText">> {
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Loads a configuration from texts. */
export function load(given: Given): Configuration {
  const { files = {}, ...rest } = given;
  return loadConfiguration({ kind: "cli", flags: {}, environment: {}, ...rest, readText: (path) => files[path] });
}

/** The error that loading ends with. */
export function refusal(given: Given): SluiceError {
  try {
    load(given);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** A small pipeline file. */
export const SHOP = `
pipeline: shop
dataset: shop_data
source:
  name: shop_source
  client:
    base_url: https://shop.example.com
  resources: [orders]
`;
