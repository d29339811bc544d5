import type { Fault } from "./fault.ts";

/**
 * PEM text of the setting `ca-certificate`: the value itself, or that of the file that it names. Nothing when the setting
 * is absent.
 */
export function readCertificate(
  value: string | undefined,
  readText: (path: string) => string | undefined,
): { readonly caCertificate?: string } | { readonly fault: Fault } {
  if (value === undefined) return {};
  if (isPem(value)) return { caCertificate: value };
  const text = readText(value);
  if (text !== undefined && isPem(text)) return { caCertificate: text };
  const what = text === undefined ? "does not exist or cannot be read" : "holds no certificate in PEM form";
  return {
    fault: {
      path: [],
      reason: text === undefined ? "missing_file" : "type",
      message: `the file ${JSON.stringify(value.slice(0, 200))} ${what}`,
      suggestion: "give the path of a PEM file, or its text",
    },
  };
}

/** True for text that holds a certificate in PEM form. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN CERTIFICATE-----");
}
