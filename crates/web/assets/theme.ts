// Runs before anything is drawn: the theme that was chosen, and that scripts work.
const root = document.documentElement;
root.classList.add("js");
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
} catch { /* storage is off: the system's theme it is */ }
