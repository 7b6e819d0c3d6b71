// Ids and links are copied with one press.
import { toast } from "./toasts";

export function startCopying(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      toast("Copied.");
    } catch {
      toast("The browser didn't allow copying. Select the text instead.", "warning");
    }
  });
}
