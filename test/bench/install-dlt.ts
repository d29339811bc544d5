import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DLT_VERSION, findDlt } from "../support/dlt.ts";

/** Installs Python dlt into `.venv-dlt` when it is not there. Without Python, or without a registry, it stays away. */
export async function installDlt(root: string): Promise<void> {
  if (findDlt() !== undefined) return;
  const folder = join(root, ".venv-dlt");
  console.error(`bench: installing Python dlt ${DLT_VERSION} into .venv-dlt ...`);
  const run = (program: string, args: readonly string[]): boolean =>
    spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
  const pip = join(folder, "bin", "pip");
  const requirements = join(root, "test", "differential", "requirements.txt");
  const install = ["install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  if (!run("python3", ["-m", "venv", folder]) || !run(pip, install)) rmSync(folder, { recursive: true, force: true });
}
