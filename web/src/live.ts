// A live page: it follows what its server sends, and may ask it for another formula.

import { isArray } from "./nd.ts";
import type { PageDocument } from "./schema.ts";
import type { State } from "./state.ts";
import { unpacked } from "./unpacking.ts";

export interface Sent {
  title?: string;
  data?: string;
  error?: string;
}

/** What the page may do with its server, as the server wrote it into the page. */
export const ways = (root: HTMLElement): { follows: boolean; asks: boolean } => {
  const said = (root.dataset["live"] ?? "").split(" ");
  return { follows: said.includes("follow"), asks: said.includes("ask") };
};

/** Show what is sent; an error is told beside what is shown. */
export async function received(sent: Sent, show: (document: PageDocument) => void, trouble: (text: string) => void): Promise<void> {
  if (typeof sent.data === "string") show((await unpacked(sent.data)) as PageDocument);
  else trouble(sent.error ?? "the server sent nothing");
}

export function followed(show: (document: PageDocument) => void, trouble: (text: string) => void): void {
  const events = new EventSource("events");
  events.onmessage = (event) => void received(JSON.parse(String(event.data)) as Sent, show, trouble).catch((error: unknown) => trouble(String(error)));
  events.onerror = () => trouble("the connection to whygrad is lost: was it ended?");
  events.onopen = () => trouble("");
}

/** Ask for the page of another formula, at the point that is shown. */
export async function asked(formula: string, state: State): Promise<Sent> {
  const at = state.document.inputs.flatMap((row) => {
    const value = state.point.value.get(row);
    return value === undefined || isArray(value) ? [] : [`${state.structure.row.get(row)!.name}=${value}`];
  });
  const known = [...state.remembered, ...at];
  const answer = await fetch("formula", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ formula, at: known.filter((entry, k) => mentioned(formula, entry) && last(known, entry, k)).join(", ") }),
  });
  if (!answer.ok) return { error: await answer.text() };
  return (await answer.json()) as Sent;
}

const nameOf = (entry: string): string => entry.slice(0, entry.indexOf("="));
const mentioned = (formula: string, entry: string): boolean => new RegExp(`(?<![A-Za-z0-9_])${nameOf(entry)}(?![A-Za-z0-9_])`).test(formula);
const last = (entries: readonly string[], entry: string, k: number): boolean => !entries.slice(k + 1).some((later) => nameOf(later) === nameOf(entry));
