// The desk tells when something changed; the page fetches itself again and morphs. It waits while
// somebody composes a letter, presses a button, or has the pointer moving over what would move, and
// it drops an answer that was overtaken by what somebody did meanwhile.
import { toast } from "./toasts";

interface Asking { sourceElement: Element }

const AGAIN = 500;
const AFTER_FAILURE = 5_000;

// What the page's own fetching goes out from: nobody's button, and there on every page. A step back
// draws the page anew, so it is remembered from which one it went.
let own: Element | null = null;
export const refreshes = (asking: Asking) => asking.sourceElement === own;

let wanted = false;
let running = false;
let pressed = false;
let moved = 0;
let composing = false;
let pending = 0;
// How often somebody else has asked the desk for something, and how often when the page last did.
let asked = 0;
let seen = 0;

function mayMove(): boolean {
  if (pressed || composing || document.hidden || document.querySelector("dialog[open], [data-still-here]")) return false;
  if (document.querySelector("form.htmx-request, a.htmx-request")) return false;
  if (document.activeElement?.closest("select, .find, .escalate form")) return false;
  return !(document.querySelector("[data-still]:hover") && Date.now() - moved < 1_500);
}

function want(after: number): void {
  wanted = true;
  clearTimeout(pending);
  pending = window.setTimeout(refresh, after);
}

// An old answer would put back what somebody has just left: another ticket, a form that was sent.
export function overtaken(): boolean {
  const late = asked !== seen || !mayMove();
  if (late) want(AGAIN);
  return late;
}

// Nothing is lost by a failure: it is asked again.
export const failed = () => want(AFTER_FAILURE);

async function refresh(): Promise<void> {
  pending = 0;
  if (!wanted || running) return;
  if (!mayMove()) return want(AGAIN);
  own = document.getElementById("toasts");
  wanted = false;
  running = true;
  seen = asked;
  try {
    await window.htmx.ajax("GET", location.pathname + location.search, {
      source: own, target: "body", swap: "outerMorph show:none", push: "false",
    });
  } finally {
    running = false;
    // What is waited for already comes in its own time.
    if (wanted && !pending) want(300);
  }
}

function concerns(data: string): boolean {
  try {
    const news = JSON.parse(data) as { ticket?: number; list?: boolean; alarms?: boolean };
    return news.list === true || news.alarms === true || news.ticket !== undefined;
  } catch {
    return true;
  }
}

function watchHands(): void {
  document.addEventListener("pointermove", (event) => {
    moved = Date.now();
    // A menu of the system swallows the release.
    if (!event.buttons) pressed = false;
  }, { passive: true });
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const over of ["pointerup", "pointercancel", "dragend", "blur"]) window.addEventListener(over, () => { pressed = false; });
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; });
  document.addEventListener("htmx:before:request", (event) => {
    if (!refreshes((event as CustomEvent<{ ctx: Asking }>).detail.ctx)) asked += 1;
  });
}

export function startLive(): void {
  const path = document.body.dataset.live;
  if (!path) return;
  watchHands();
  let source: EventSource | undefined;
  let lost = 0;
  let retry = 0;
  const connect = () => {
    clearTimeout(retry);
    source?.close();
    if (document.hidden) return;
    source = new EventSource(path);
    // What changed between the page's making and this moment was told to nobody here.
    source.addEventListener("open", () => { lost = 0; want(0); });
    source.addEventListener("changed", (event) => { if (concerns((event as MessageEvent<string>).data)) want(150); });
    source.addEventListener("error", () => {
      lost += 1;
      if (lost === 4) toast("Live updates are paused; the desk is being reached again.", "warning");
      if (source?.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, Math.min(30_000, 1_000 * 2 ** lost));
    });
  };
  // A page that nobody sees holds no connection: browsers have few for one server.
  const leave = () => { clearTimeout(retry); source?.close(); };
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : connect()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
}
