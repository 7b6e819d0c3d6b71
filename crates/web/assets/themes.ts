// Automatic, light, dark; kept in this browser.
const names = ["automatic", "light", "dark"];

function now(): string {
  return document.documentElement.dataset.theme ?? "automatic";
}

function show(): void {
  document.querySelectorAll("[data-theme-name]").forEach((place) => {
    if (place.textContent !== now()) place.textContent = now();
  });
}

export function startThemes(): void {
  show();
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-theme-next]")) return;
    const next = names[(names.indexOf(now()) + 1) % names.length] ?? "automatic";
    try {
      if (next === "automatic") localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
    } catch { /* not kept, but shown */ }
    if (next === "automatic") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    show();
  });
}
