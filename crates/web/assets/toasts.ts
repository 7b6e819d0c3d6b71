// What the last act did leaves by itself; what a script has to say is said in the same place.
export function toast(text: string, tone = "neutral"): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const line = document.createElement("div");
  line.className = `toast ${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  line.append(words);
  place.replaceChildren(line);
  setTimeout(() => line.remove(), tone === "danger" ? 10_000 : 3_000);
}

function leave(): void {
  const said = document.querySelector<HTMLElement>("#flash .toast:not([data-leaving])");
  if (!said) return;
  said.dataset.leaving = "";
  const go = () => (said.matches(":hover, :focus-within") ? void setTimeout(go, 2_000) : said.classList.add("gone"));
  setTimeout(go, said.classList.contains("danger") ? 12_000 : 7_000);
}

export function startToasts(): void {
  leave();
  document.addEventListener("htmx:after:swap", leave);
}
