// Formulas by KaTeX, and sentences with names in them.

import katex from "katex";
import type { ComponentChildren, JSX } from "preact";

const MACROS = { "\\wgvalue": "\\htmlClass{wg-v}{#1}", "\\wggradient": "\\htmlClass{wg-g}{#1}" };

function htmlOf(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex, {
    displayMode,
    throwOnError: false,
    output: "htmlAndMathml",
    strict: false,
    macros: { ...MACROS },
    trust: (context) => context.command === "\\htmlClass",
  });
}

/** A formula; set apart from the text unless `inline`. */
export function Math({ tex, inline = false }: { tex: string; inline?: boolean }): JSX.Element {
  const html = { __html: htmlOf(tex, !inline) };
  // A long formula scrolls by itself, so a reader without a mouse must be able to reach it.
  return inline ? <span dangerouslySetInnerHTML={html} /> : <div class="wg-math" tabIndex={0} dangerouslySetInnerHTML={html} />;
}

/** Words, in which what stands between backquotes is code. */
export function Said({ text }: { text: string }): JSX.Element {
  const parts = text.split("`").map((part, k): ComponentChildren => (k % 2 ? <code key={k}>{part}</code> : part));
  return <>{parts}</>;
}
