// How a page follows another: htmx fetches it and morphs the body, so that focus, scroll and what
// is being typed stay.
import { failed, overtaken, refreshes } from "./live";
import { toast } from "./toasts";

interface Context {
  sourceElement: Element;
  request: { method: string; action: string };
  response: { status: number; raw: Response };
  text: string;
}

export function startPages(): void {
  window.htmx.registerExtension("staunch", {
    // What the reader opened stays open, and a choice stays chosen.
    htmx_before_morph_attr: (element: Element, { attrName }: { attrName: string }) =>
      !(element instanceof HTMLDetailsElement && attrName === "open") && attrName !== "data-theme",
  });

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: Context }>).detail;
    if (refreshes(ctx) && overtaken()) return void event.preventDefault();
    const { status, raw } = ctx.response;
    const frame = document.body.className.split(" ")[0];
    const next = new DOMParser().parseFromString(ctx.text, "text/html");
    if (status >= 400 && next.querySelector("[data-notice]")) {
      // A message instead of a page: say it, and leave everything as it is.
      event.preventDefault();
      const title = next.querySelector("[data-notice] h1")?.textContent ?? "That didn't work.";
      const text = next.querySelector("[data-notice] h1 + p")?.textContent ?? "";
      toast(`${title} ${text}`, "danger");
    } else if (next.body.className.split(" ")[0] !== frame) {
      // Another frame, such as the sign-in page: go there for real.
      event.preventDefault();
      location.assign(raw.url || location.href);
    } else if (refreshes(ctx) && document.querySelector("#flash .toast:not(.gone)")) {
      // The page refreshed itself: what the last act did is still being read.
      const said = document.getElementById("flash")?.innerHTML ?? "";
      const place = next.getElementById("flash");
      if (place) {
        place.innerHTML = said;
        ctx.text = next.documentElement.outerHTML;
      }
    } else if (ctx.sourceElement instanceof HTMLFormElement && status < 400) {
      ctx.sourceElement.dispatchEvent(new CustomEvent("taken", { bubbles: true }));
      document.querySelectorAll<HTMLDetailsElement>("details.me, details.filter, details.escalate").forEach((d) => { d.open = false; });
    } else if (ctx.sourceElement instanceof HTMLAnchorElement) {
      document.querySelectorAll<HTMLDetailsElement>("details.me, details.filter").forEach((d) => { d.open = false; });
    }
  });

  document.addEventListener("htmx:error", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx?: Context }>).detail;
    if (ctx && refreshes(ctx)) failed();
    else toast("The desk can't be reached just now. What you typed is still here; please try again.", "danger");
  });

  // The same place again is not a new step back.
  document.addEventListener("htmx:before:history:update", (event) => {
    const { history: step } = (event as CustomEvent<{ history: { type: string; path: string } }>).detail;
    if (step.path === location.pathname + location.search) {
      step.type = "replace";
      step.path += location.hash;
    }
  });

  // After a look-up the eye and the keys go to what it found.
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: Context }>).detail;
    if (ctx.request?.action?.endsWith("/look-up")) document.querySelector<HTMLElement>(".results button")?.focus();
  });

  // A menu closes when one looks elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll<HTMLDetailsElement>("details.me[open], details.filter[open]").forEach((menu) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    });
  });
}
