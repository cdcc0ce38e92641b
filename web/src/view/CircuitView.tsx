// The circuit: boxes and wires with their numbers, to be pointed at, walked over by keys, moved and enlarged.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { Box } from "../circuit.ts";
import { RADIUS } from "../drawing.ts";
import { framesOf } from "../frames.ts";
import { shortText } from "../numbers.ts";
import type { Chosen, State } from "../state.ts";
import { Icon } from "./Icon.tsx";
import { Overview } from "./Overview.tsx";
import { MARGIN, type Region, type View, fit, follow, regionOf, seesBox, seesWire, tall } from "./viewport.ts";
import { neighbour } from "./walking.ts";

/** With more boxes than these a browser is slow to move them as elements. */
const MOST_DRAWN = 1500;
export function CircuitView({ state }: { state: State }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const walked = useRef(false);
  const view = useSignal<View | null>(null);
  const size = useSignal({ width: 0, height: 0 });
  const drawing = state.drawing.value;
  const whole = { width: drawing.width + 2 * MARGIN, height: drawing.height + 2 * MARGIN };
  useEffect(() => {
    const box = frame.current!;
    const measure = (): void => {
      size.value = { width: box.clientWidth, height: box.clientHeight };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const circuit = state.circuit.value;
  const fitted = fit(size.value, whole);
  const shown = view.value ?? follow(state, fitted, size.value);
  const region = regionOf(circuit, shown, size.value);
  const zoom = (factor: number, at = { x: size.value.width / 2, y: size.value.height / 2 }): void => {
    const scale = Math.min(3, Math.max(Math.min(fitted.scale, 0.2), shown.scale * factor));
    const ratio = scale / shown.scale;
    view.value = { scale, x: at.x - (at.x - shown.x) * ratio, y: at.y - (at.y - shown.y) * ratio };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") view.value = null;
    else if (event.key === "Escape") state.choose(null);
    else {
      const opens = event.key === "Enter" || event.key === " ";
      const next = opens ? null : neighbour(circuit, drawing, state.chosen.value, event.key);
      if (!opens && !next) return;
      walked.current = !opens || activate(state, state.chosen.value);
      if (!opens) state.choose(next);
      if (!opens) view.value = null;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  useLayoutEffect(() => {
    // The chosen one has the focus, if the circuit has it, or had it on a box that is no longer drawn.
    const box = frame.current!;
    if (walked.current || box.contains(box.ownerDocument.activeElement)) box.querySelector<SVGElement>('[tabindex="0"][data-key]')?.focus({ preventScroll: true });
    walked.current = false;
  }, [state.chosen.value?.key]);
  return (
    <div class="wg-frame" ref={frame} style={{ "--tall": `${tall(size.value.width, whole)}px` }} onKeyDown={onKeyDown} {...panning(frame, view, () => shown, zoom)}>
      {circuit.boxes.length > MOST_DRAWN ? <Overview state={state} view={shown} size={size.value} margin={MARGIN} /> : <svg width="100%" height="100%" role="group" aria-label={`Circuit of ${state.document.title}. Arrow keys walk along the wires.`}>
        <g transform={`translate(${shown.x} ${shown.y}) scale(${shown.scale}) translate(${MARGIN} ${MARGIN})`}>
          <Frames state={state} />
          <Wires state={state} {...region} />
          <Boxes state={state} {...region} />
        </g>
      </svg>}
      <div class="wg-zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Enlarge" title="Enlarge (+)" onClick={() => zoom(1.25)}>+</button>
        <button type="button" aria-label="Reduce" title="Reduce (-)" onClick={() => zoom(0.8)}>−</button>
        <button type="button" aria-label="Fit into the frame" title="Fit into the frame (0)" onClick={() => (view.value = fitted)}><Icon d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" hollow /></button>
      </div>
    </div>
  );
}

/** Open or close what is chosen; says whether there was anything. */
export function activate(state: State, chosen: Chosen): boolean {
  if (chosen?.kind !== "box") return false;
  const box = state.circuit.value.boxes[state.circuit.value.box.get(chosen.key) ?? -1];
  const group = box?.group ?? (box && box.row >= 0 ? state.structure.around(box.row).at(-1) : undefined);
  if (!group) return false;
  state.toggle(group.id);
  const landed = state.circuit.value.boxes[state.landing(group.id)];
  if (landed) state.choose({ kind: "box", key: landed.key });
  return true;
}

/** Opened groups, behind everything. */
function Frames({ state }: { state: State }): JSX.Element {
  const frames = framesOf(state.structure, state.circuit.value, state.drawing.value, state.open.value);
  return (
    <g>
      {frames.map(({ group, x, y, width, height }) => (
        <g key={group.id} class="wg-group" onClick={() => state.toggle(group.id)}>
          <title>{`${group.says || group.label}. Click to close into one box.`}</title>
          <rect x={x} y={y} width={width} height={height} rx={12} />
          <text aria-hidden="true" x={x + 10} y={y + 14}>{group.label}</text>
        </g>
      ))}
    </g>
  );
}

type Tone = "done" | "now" | "todo";

function Boxes({ state, ...region }: { state: State } & Region): JSX.Element {
  const circuit = state.circuit.value;
  const drawing = state.drawing.value;
  const first = state.chosen.value ?? { kind: "box", key: circuit.boxes[0]!.key };
  return (
    <g>
      {circuit.boxes.map((box, k) => {
        const tabbed = first.kind === "box" && first.key === box.key;
        return tabbed || seesBox(drawing, k, region) ? <BoxView key={box.key} state={state} box={box} k={k} tabbed={tabbed} /> : null;
      })}
    </g>
  );
}

function BoxView({ state, box, k, tabbed }: { state: State; box: Box; k: number; tabbed: boolean }): JSX.Element {
  const at = state.drawing.value.boxes[k]!;
  const progress = state.progress.value;
  const run = state.run.value;
  const step = state.step.value === null ? null : state.steps.value[state.step.value]!;
  const tone: Tone = step === null ? "done" : step.box === k ? "now" : progress.value(k) ? "done" : "todo";
  const gradient = box.row < 0 || box.kind === "constant" ? null : run.gradient(box.row);
  const exercising = state.mode.value === "exercise";
  const showGradient = exercising ? state.exercise.known(box.key) : progress.gradient(k);
  const asked = exercising && !showGradient && gradient !== null;
  const answer = asked ? state.exercise.answers.value.get(box.key) : undefined;
  const claim = box.row >= 0 && showGradient && !exercising ? state.claimOf(box.row) : null;
  const chosen = state.chosen.value?.key === box.key || state.hovered.value?.key === box.key;
  const lit = lineTouches(state, box.row);
  const pointed = { kind: "box" as const, key: box.key };
  const classes = ["wg-box", `wg-${box.kind}`, `wg-${tone}`, chosen && "wg-chosen", lit && "wg-lit"];
  return (
    <g class={classes.filter(Boolean).join(" ")}>
      <g
        data-key={box.key}
        role="button"
        tabindex={tabbed ? 0 : -1}
        aria-label={state.teller.value.spoken(box, progress.value(k), showGradient)}
        aria-pressed={state.chosen.value?.key === box.key}
        onClick={() => {
          if (asked) state.exercise.current.value = box.key;
          else if (box.group) state.toggle(box.group.id);
          else state.choose(pointed);
        }}
        onFocus={() => state.choose(pointed)}
        onPointerEnter={() => (state.hovered.value = pointed)}
        onPointerLeave={() => (state.hovered.value = null)}
      >
        <Shape box={box} x={at.x} y={at.y} half={at.half} round={at.round} />
      </g>
      <g class="wg-texts" aria-hidden="true">
        <text class="wg-label" x={at.x} y={at.y + 5}>{signOf(box.label)}</text>
        {box.name && box.kind !== "output" && <text class="wg-name" x={at.x} y={at.y + RADIUS + 15}>{box.name}</text>}
        {box.row >= 0 && box.kind !== "constant" && progress.value(k) && (
          <text class="wg-value" x={at.numbers} y={at.y - 6}>{shortText(run.value(box.row))}</text>
        )}
        {gradient !== null && showGradient && <text class="wg-gradient" x={at.numbers} y={at.y + 16}>{shortText(gradient)}</text>}
        {asked && (
          <text class={`wg-gradient wg-blank${state.exercise.current.value === box.key ? " wg-current" : ""}`} x={at.numbers} y={at.y + 16}>
            {answer ? (answer.text.length > 8 ? "✗" : `✗ ${answer.text}`) : "?"}
          </text>
        )}
        {claim && (
          <text class={`wg-claim wg-${claim.verdict}`} x={at.numbers} y={at.y + (box.name ? 47 : 32)}>
            {`${claim.verdict === "right" ? "✓" : "✗"} ${claim.text}`}
          </text>
        )}
      </g>
    </g>
  );
}

const SIGNS: Record<string, string> = { "*": "×", "-": "−", "/": "÷", "*-1": "×−1", "**": "^" };
const signOf = (label: string): string => SIGNS[label] ?? label.replace(/^\*/, "×");

function Shape({ box, x, y, half, round }: { box: Box; x: number; y: number; half: number; round: boolean }): JSX.Element {
  if (box.kind !== "op" && box.kind !== "gate") return <rect class="wg-hit" x={x - half} y={y - 16} width={2 * half} height={32} rx={6} />;
  if (round) return <circle class="wg-body" cx={x} cy={y} r={RADIUS} />;
  return <rect class="wg-body" x={x - half} y={y - 17} width={2 * half} height={34} rx={9} />;
}

/** Whether the line of code that is pointed at made this row. */
export function lineTouches(state: State, row: number): boolean {
  const line = state.line.value;
  const span = state.structure.row.get(row)?.span;
  return line !== null && span !== undefined && span[0] <= line && line <= span[2];
}

function Wires({ state, ...region }: { state: State } & Region): JSX.Element {
  const circuit = state.circuit.value;
  const drawing = state.drawing.value;
  const placed = drawing.wires;
  const progress = state.progress.value;
  const step = state.step.value === null ? null : state.steps.value[state.step.value]!;
  const path = new Set(state.path.value);
  const teller = state.teller.value;
  return (
    <g>
      {circuit.wires.map((wire, k) => {
        if (wire.key !== state.chosen.value?.key && !seesWire(drawing, circuit, k, region)) return null;
        const [source, target] = circuit.pairs[k]!;
        const now = step !== null && (step.pass === "forward" || step.pass === "backward") && step.box === target;
        const pointed = { kind: "wire" as const, key: wire.key };
        const chosen = state.chosen.value?.key === wire.key || state.hovered.value?.key === wire.key;
        const back = teller.contribution(wire);
        const explored = state.mode.value === "explore" || state.exercise.known(circuit.boxes[source]!.key);
        const shown = back !== null && progress.contribution(k) && explored;
        const label = `wire from ${circuit.boxes[source]!.label} to ${circuit.boxes[target]!.label}`;
        const words = shown ? `${label}, brings back ${shortText(back)}` : label;
        const classes = ["wg-wire", now && "wg-now", now && step.pass === "backward" && "wg-back", chosen && "wg-chosen", path.has(wire.key) && "wg-path", progress.value(source) || "wg-todo", lineTouches(state, circuit.boxes[target]!.row) && "wg-lit"];
        return (
          <g key={wire.key} class={classes.filter(Boolean).join(" ")}>
            <g
              data-key={wire.key}
              role="button"
              aria-label={words}
              aria-pressed={state.chosen.value?.key === wire.key}
              tabindex={state.chosen.value?.key === wire.key ? 0 : -1}
              onClick={() => state.choose(pointed)}
              onFocus={() => state.choose(pointed)}
              onPointerEnter={() => (state.hovered.value = pointed)}
              onPointerLeave={() => (state.hovered.value = null)}
            >
              <path class="wg-reach" d={placed[k]!.d} />
              <path class="wg-line" d={placed[k]!.d} />
            </g>
            <g class="wg-texts" aria-hidden="true">
              {placed[k]!.order && <text class="wg-name" x={placed[k]!.order![0]} y={placed[k]!.order![1]}>{wire.order + 1}</text>}
              {placed[k]!.label && shown && <text class="wg-gradient" x={placed[k]!.label![0]} y={placed[k]!.label![1]}>{shortText(back)}</text>}
            </g>
          </g>
        );
      })}
    </g>
  );
}

/** Moving by dragging, enlarging by the wheel with Ctrl (so that a page still scrolls) and by two fingers. */
function panning(
  frame: { current: HTMLDivElement | null },
  view: { value: View | null },
  shown: () => View,
  zoom: (factor: number, at?: { x: number; y: number }) => void,
): { onWheel(event: WheelEvent): void; onPointerDown(event: PointerEvent & { currentTarget: HTMLDivElement }): void } {
  const place = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const box = frame.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  return {
    onWheel: (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300), place(event));
    },
    onPointerDown: (event) => {
      if (event.button !== 0 || (event.target as Element).closest("button, [data-key], .wg-group")) return;
      const start = place(event);
      const from = shown();
      const box = event.currentTarget;
      const move = (next: PointerEvent): void => {
        const now = place(next);
        view.value = { ...from, x: from.x + now.x - start.x, y: from.y + now.y - start.y };
      };
      const end = (): void => {
        box.removeEventListener("pointermove", move);
        box.removeEventListener("pointerup", end);
        box.removeEventListener("pointercancel", end);
      };
      box.setPointerCapture(event.pointerId);
      box.addEventListener("pointermove", move);
      box.addEventListener("pointerup", end);
      box.addEventListener("pointercancel", end);
    },
  };
}
