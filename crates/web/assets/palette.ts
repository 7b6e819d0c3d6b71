// Everything, by typing a little of its name: places, tickets in the list, what can be done now.
import { escalate } from "./keys";

interface Entry { text: string; hint: string; run: () => void }

const words = (element: Element | null) => element?.textContent?.replace(/\s+/g, " ").trim() ?? "";

function entries(): Entry[] {
  const found: Entry[] = [];
  document.querySelectorAll<HTMLElement>("[data-offer]").forEach((button) => {
    const title = button.closest<HTMLElement>("[data-title]")?.dataset.title ?? "";
    found.push({ text: title, hint: "can be done now", run: () => button.focus() });
  });
  for (const [id, text] of [["assign", "Assign to me"], ["close", "Close the ticket"], ["end", "End the call"]] as const) {
    const button = document.getElementById(id);
    if (button) found.push({ text, hint: "this ticket", run: () => button.click() });
  }
  if (document.querySelector("[data-escalate]")) found.push({ text: "Escalate", hint: "this ticket", run: escalate });
  document.querySelectorAll<HTMLElement>(".rail > ul a, .rail > ul button, .me .menu > ul:not(.phone) :is(a, button)").forEach((link) => {
    const text = words(link.querySelector(".tip") ?? link).replace(/ c$/, "").replace(/ \?$/, "");
    found.push({ text, hint: "go to", run: () => link.click() });
  });
  document.querySelectorAll<HTMLElement>(".filter .menu a").forEach((link) =>
    found.push({ text: `${words(link.firstChild as unknown as Element)} tickets`, hint: "go to", run: () => link.click() }));
  document.querySelectorAll<HTMLElement>("a.row").forEach((row) => {
    const number = row.closest("li")?.id.replace("row-", "#") ?? "";
    found.push({ text: `${number} ${words(row.querySelector(".subject"))}`, hint: words(row.querySelector(".meta")), run: () => row.click() });
  });
  return found;
}

function matches(text: string, typed: string): boolean {
  const lower = text.toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((part) => lower.includes(part));
}

// Looked up each time: a step back in the history draws the page anew.
const part = (id: string) => document.getElementById(id);
let shown: Entry[] = [];
let at = 0;

function draw(): void {
  const input = part("palette-text") as HTMLInputElement | null;
  const list = part("palette-list");
  if (!input || !list) return;
  const typed = input.value.trim();
  shown = entries().filter((entry) => matches(`${entry.text} ${entry.hint}`, typed)).slice(0, 40);
  if (typed) {
    shown.push({ text: `Search tickets for “${typed}”`, hint: "search", run: () => {
      const search = part("search") as HTMLInputElement | null;
      if (search?.form) { search.value = typed; search.form.requestSubmit(); }
      else location.assign(`/desk?filter=open&q=${encodeURIComponent(typed)}`);
    } });
  }
  at = Math.min(at, Math.max(0, shown.length - 1));
  list.replaceChildren(...shown.map((entry, i) => {
    const line = document.createElement("li");
    line.id = `palette-${i}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", String(i === at));
    const hint = document.createElement("small");
    hint.textContent = entry.hint;
    line.append(entry.text, hint);
    return line;
  }));
  input.setAttribute("aria-activedescendant", shown.length ? `palette-${at}` : "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function choose(): void {
  const entry = shown[at];
  (part("palette") as HTMLDialogElement | null)?.close();
  entry?.run();
}

function open(id: string): void {
  const wanted = part(id) as HTMLDialogElement | null;
  if (!wanted || document.querySelector("dialog[open]")) return;
  wanted.showModal();
  const input = part("palette-text") as HTMLInputElement | null;
  if (id !== "palette" || !input) return;
  input.value = "";
  at = 0;
  draw();
  input.focus();
}

export function startPalette(): void {
  document.addEventListener("input", (event) => {
    if ((event.target as Element).id === "palette-text") { at = 0; draw(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.target as Element).closest?.("#palette")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length);
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose();
    }
  });
  document.addEventListener("click", (event) => {
    const clicked = event.target as Element;
    const opener = clicked.closest<HTMLElement>("[data-opens]");
    const line = clicked.closest("#palette-list > li");
    if (opener) open(opener.dataset.opens ?? "");
    else if (line) { at = [...(line.parentElement?.children ?? [])].indexOf(line); choose(); }
    else if (clicked instanceof HTMLDialogElement) clicked.close();
  });
  document.addEventListener("staunch:open", (event) => open((event as CustomEvent<string>).detail));
}
