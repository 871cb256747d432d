import { sha256Hex } from "node:crypto";
export function fingerprint(name: string, version: number): string {
  return sha256Hex(`${name}@${version}`);
}
