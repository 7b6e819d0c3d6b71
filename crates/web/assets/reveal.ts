// What the owner lets a rep see for a few minutes is fetched on its own and put in one place that no
// refresh touches. It goes when its time is over, when the page is left, and when the ticket doesn't
// offer to show it any more; nothing but the screen ever holds it.
import { toast } from "./toasts";

let timer = 0;
let shown = "";

const place = () => document.getElementById("revealed");
const offers = (action: string) =>
  [...document.querySelectorAll<HTMLFormElement>("form[data-reveal]")].some((form) => form.action === action);

function hide(): void {
  clearTimeout(timer);
  shown = "";
  place()?.replaceChildren();
}

async function show(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  try {
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
    const answer = await fetch(form.action, { method: "POST", cache: "no-store", body: new URLSearchParams(fields) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const box = page.querySelector<HTMLElement>(".revealed");
    const here = place();
    if (box && here) {
      hide();
      shown = form.action;
      here.replaceChildren(document.adoptNode(box));
      timer = window.setTimeout(hide, Number(box.dataset.seconds) * 1_000);
      box.focus();
      return;
    }
    const said = page.querySelector("#flash .toast p, [data-notice] h1 + p");
    toast(said?.textContent ?? "It can't be shown just now.", "warning");
  } catch {
    toast("The desk can't be reached just now. Nothing was shown here; please try again.", "danger");
  } finally {
    if (button) button.disabled = false;
  }
}

export function startReveals(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("form[data-reveal]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void show(form);
  }, { capture: true });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-hide]")) hide();
  });
  // Another ticket, a closed one, a frozen account: what is shown goes with the offer to show it.
  document.addEventListener("htmx:after:swap", () => { if (shown && !offers(shown)) hide(); });
  window.addEventListener("pagehide", hide);
}
