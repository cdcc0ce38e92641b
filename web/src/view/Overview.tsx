// Very many boxes: drawn on a canvas, those outside the frame left out. Pointing and choosing still work.

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { shortText } from "../numbers.ts";
import type { State } from "../state.ts";

export interface Place {
  x: number;
  y: number;
  scale: number;
}

interface Props {
  state: State;
  view: Place;
  size: { width: number; height: number };
  margin: number;
}

export function Overview({ state, view, size, margin }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { boxes } = state.drawing.value;
  useLayoutEffect(() => {
    paint(canvas.current!, state, view, size, margin);
  });
  const boxAt = (event: MouseEvent): string | null => {
    const frame = canvas.current!.getBoundingClientRect();
    const x = (event.clientX - frame.left - view.x) / view.scale - margin;
    const y = (event.clientY - frame.top - view.y) / view.scale - margin;
    const k = boxes.findIndex((box) => Math.abs(box.x - x) <= box.half + 4 && Math.abs(box.y - y) <= 20);
    return k < 0 ? null : state.circuit.value.boxes[k]!.key;
  };
  return (
    <canvas
      ref={canvas}
      class="wg-canvas"
      role="img"
      aria-label={`Overview of ${boxes.length} boxes. Close blocks to walk among them.`}
      onPointerMove={(event) => {
        const key = boxAt(event);
        if (key !== (state.hovered.value?.key ?? null)) state.hovered.value = key === null ? null : { kind: "box", key };
      }}
      onClick={(event) => {
        const key = boxAt(event);
        if (key !== null) state.choose({ kind: "box", key });
      }}
    />
  );
}

function paint(canvas: HTMLCanvasElement, state: State, view: Place, size: Props["size"], margin: number): void {
  const ratio = canvas.ownerDocument.defaultView?.devicePixelRatio ?? 1;
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  const colour = (name: string): string => getComputedStyle(canvas).getPropertyValue(name);
  const { boxes, wires } = state.drawing.value;
  const circuit = state.circuit.value;
  context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * (view.x + margin * view.scale), ratio * (view.y + margin * view.scale));
  const left = -view.x / view.scale - margin - 200;
  const right = left + size.width / view.scale + 400;
  const top = -view.y / view.scale - margin - 60;
  const bottom = top + size.height / view.scale + 120;
  const visible = (k: number): boolean => boxes[k]!.x > left && boxes[k]!.x < right && boxes[k]!.y > top && boxes[k]!.y < bottom;
  context.strokeStyle = colour("--line");
  context.lineWidth = 1.2;
  circuit.pairs.forEach(([source, target], k) => {
    const [a, b] = [boxes[source]!, boxes[target]!];
    if (Math.max(a.x, b.x) < left || Math.min(a.x, b.x) > right) return;
    context.stroke(new Path2D(wires[k]!.d));
  });
  const detailed = view.scale > 0.45;
  context.textAlign = "center";
  boxes.forEach((box, k) => {
    if (!visible(k)) return;
    const shown = circuit.boxes[k]!;
    if (shown.kind === "op" || shown.kind === "gate") {
      context.fillStyle = colour(shown.kind === "gate" ? "--gate" : "--op");
      context.strokeStyle = colour(state.chosen.value?.key === shown.key ? "--accent" : "--ink");
      context.beginPath();
      context.roundRect(box.x - box.half, box.y - 17, 2 * box.half, 34, box.round ? 17 : 9);
      context.fill();
      context.stroke();
    }
    if (!detailed) return;
    context.fillStyle = colour("--ink");
    context.font = "15px monospace";
    context.fillText(shown.label, box.x, box.y + 5);
    if (shown.row < 0) return;
    context.font = "12.5px monospace";
    context.fillStyle = colour("--value");
    context.fillText(shortText(state.run.value.value(shown.row)), box.numbers, box.y - 6);
    const gradient = state.run.value.gradient(shown.row);
    context.fillStyle = colour("--gradient");
    context.font = "italic 12.5px monospace";
    if (gradient !== null) context.fillText(shortText(gradient), box.numbers, box.y + 16);
  });
}
