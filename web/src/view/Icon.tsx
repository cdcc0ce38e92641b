import type { JSX } from "preact";

/** A small drawing, because a font need not have the sign. */
export const Icon = ({ d, hollow = false }: { d: string; hollow?: boolean }): JSX.Element => (
  <svg class="wg-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d={d} {...(hollow ? { fill: "none" } : {})} /></svg>
);
