// The desk tells when something changed; the page fetches itself again and morphs. It waits while
// somebody composes a letter, presses a button, or has the pointer moving over what would move.
import { toast } from "./toasts";

const frame = () => document.body.dataset.live;
let wanted = false;
let running = false;
let pressed = false;
let moved = 0;
let composing = false;

function mayMove(): boolean {
  if (pressed || composing || document.hidden || document.querySelector("dialog[open], [data-still-here]")) return false;
  if (document.querySelector("form.htmx-request, a.htmx-request")) return false;
  if ((document.activeElement as HTMLElement | null)?.closest("select, .find, .escalate form")) return false;
  if (document.querySelector(".find input[name=value]:not(:placeholder-shown)") && (document.activeElement?.closest(".find"))) return false;
  return !(document.querySelector("[data-still]:hover") && Date.now() - moved < 1_500);
}

async function refresh(): Promise<void> {
  if (!wanted || running) return;
  if (!mayMove()) return void setTimeout(refresh, 500);
  wanted = false;
  running = true;
  try {
    await window.htmx.ajax("GET", location.pathname + location.search, {
      source: document.body, target: "body", swap: "outerMorph show:none", push: "false",
    });
  } finally {
    running = false;
    if (wanted) setTimeout(refresh, 300);
  }
}

function concerns(data: string): boolean {
  try {
    const news = JSON.parse(data) as { ticket?: number; list?: boolean };
    return news.list === true || news.ticket !== undefined;
  } catch {
    return true;
  }
}

export function startLive(): void {
  const path = frame();
  if (!path) return;
  document.addEventListener("pointermove", () => { moved = Date.now(); }, { passive: true });
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const over of ["pointerup", "pointercancel", "dragend", "blur"]) window.addEventListener(over, () => { pressed = false; });
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void refresh(); });

  let lost = 0;
  let pending = 0;
  const want = () => {
    wanted = true;
    clearTimeout(pending);
    pending = window.setTimeout(refresh, 150);
  };
  const connect = () => {
    const source = new EventSource(path);
    source.addEventListener("open", () => { if (lost) want(); lost = 0; });
    source.addEventListener("changed", (event) => { if (concerns((event as MessageEvent<string>).data)) want(); });
    source.addEventListener("error", () => {
      lost += 1;
      if (lost === 4) toast("Live updates are paused; the desk is being reached again.", "warning");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, Math.min(30_000, 1_000 * 2 ** lost));
    });
    window.addEventListener("pagehide", () => source.close(), { once: true });
  };
  connect();
}
