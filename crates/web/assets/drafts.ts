// Half-typed text: kept per ticket while the page lives (never stored), cleared once it was taken.
const drafts = new Map<string, string>();

export function startDrafts(): void {
  document.addEventListener("input", (event) => {
    const text = event.target as HTMLTextAreaElement;
    if (text.dataset?.draft !== undefined) drafts.set(text.id, text.value);
  });
  document.addEventListener("taken", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-composer], [data-clears]")) return;
    form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("textarea, input[name=text]").forEach((text) => {
      text.value = "";
      drafts.delete(text.id);
    });
  });
  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll<HTMLTextAreaElement>("[data-draft]").forEach((text) => {
      const draft = drafts.get(text.id);
      if (draft && !text.value) text.value = draft;
    });
  });
  // Ctrl+Enter sends; on a call, Enter alone does.
  document.addEventListener("keydown", (event) => {
    const text = event.target as HTMLElement;
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || text.dataset?.draft === undefined) return;
    const form = (text as HTMLTextAreaElement).form;
    const kind = form ? new FormData(form).get("kind") : null;
    if (event.ctrlKey || event.metaKey || kind === "heard" || kind === "said") {
      event.preventDefault();
      if (form?.querySelector<HTMLElement>(".send")?.offsetParent) form.requestSubmit();
    }
  });
}
