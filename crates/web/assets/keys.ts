// One key for each thing a rep does all day. While somebody types, keys are letters.
const typing = (element: Element | null) => !!element?.closest("input:not([type=radio]), textarea, select, [contenteditable]");
const press = (id: string) => document.getElementById(id)?.click();

function write(kind: string): void {
  const radio = document.getElementById(`as-${kind}`) as HTMLInputElement | null;
  if (!radio) return;
  if (location.hash === "#panel") location.hash = "conversation";
  radio.checked = true;
  radio.form?.querySelector<HTMLTextAreaElement>("textarea")?.focus();
}

function move(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("a.row")];
  const from = rows.findIndex((row) => row === document.activeElement);
  const start = from >= 0 ? from : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const row = rows[Math.max(0, Math.min(rows.length - 1, start + by))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

// Opens the panel where it is folded away. The browser moves the focus to it with the next frame; then it is ours.
// Where it is open already nothing waits: the next key may be there before the next frame.
function inPanel(then: () => void): void {
  const panel = document.getElementById("panel");
  const style = panel && getComputedStyle(panel);
  if (!style || (style.visibility !== "hidden" && style.display !== "none")) return then();
  window.addEventListener("hashchange", () => requestAnimationFrame(() => requestAnimationFrame(then)), { once: true });
  location.hash = "panel";
}

// The page may have refreshed itself until then: what is meant is looked up when its time has come.
function offer(number: string): void {
  const target = () => document.querySelector<HTMLElement>(`[data-offer="${number}"]`);
  if (target()) inPanel(() => { target()?.focus(); target()?.scrollIntoView({ block: "nearest" }); });
}

export function escalate(): void {
  const box = () => document.querySelector<HTMLDetailsElement>("[data-escalate]");
  if (!box()) return;
  inPanel(() => {
    const shown = box();
    if (!shown) return;
    shown.open = true;
    const reason = shown.querySelector<HTMLElement>("input[name=reason]");
    reason?.scrollIntoView({ block: "center" });
    reason?.focus();
  });
}

const keys: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  r: () => write("reply"),
  n: () => write("note"),
  h: () => write("heard"),
  s: () => write("said"),
  c: () => press("new-call"),
  a: () => press("assign"),
  e: escalate,
  "#": () => press("close"),
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.dispatchEvent(new CustomEvent("staunch:open", { detail: "help" })),
};

export function startKeys(): void {
  if (/Mac|iPhone|iPad/.test(navigator.platform)) document.querySelectorAll("kbd").forEach((key) => { if (key.textContent?.startsWith("Ctrl")) key.textContent = key.textContent.replace("Ctrl", "⌘"); });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("staunch:open", { detail: "palette" }));
      return;
    }
    if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const focused = document.activeElement;
    if (event.key === "Escape") {
      const menu = document.querySelector<HTMLDetailsElement>("details.me[open], details.filter[open]");
      if (menu) { menu.open = false; menu.querySelector<HTMLElement>("summary")?.focus(); }
      else if (typing(focused)) (focused as HTMLElement).blur();
      else if (location.hash === "#panel") location.hash = "conversation";
      return;
    }
    if (typing(focused)) return;
    if (/^[1-9]$/.test(event.key)) { event.preventDefault(); offer(event.key); return; }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // "Say this" outside a call puts the words into the reply.
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
    if (!button) return;
    write("reply");
    const text = document.querySelector<HTMLTextAreaElement>("[data-draft]");
    if (!text) return;
    text.setRangeText((text.value && !text.value.endsWith("\n") ? "\n" : "") + (button.dataset.insert ?? ""), text.selectionEnd, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A call begins with listening. It begins once: a page that refreshes itself later moves nobody's focus.
  const listen = () => {
    const text = document.querySelector<HTMLInputElement>("#as-heard")?.form?.querySelector("textarea");
    if (!text || text.id === last) return;
    last = text.id;
    if (matchMedia("(min-width: 760px)").matches && (document.activeElement === document.body || document.activeElement?.id === "new-call")) text.focus();
  };
  let last = "";
  document.addEventListener("htmx:after:swap", listen);
  listen();
}
