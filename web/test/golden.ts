import { readFileSync } from "node:fs";

declare const GOLDEN: string;

/** A file that the Python side wrote: what both sides must agree on. */
export function golden<T>(name: string): T[] {
  return JSON.parse(readFileSync(`${GOLDEN}/${name}.json`, "utf8")) as T[];
}
