// Times keep ticking, and times of day are the reader's own.
const minute = 60, hour = 60 * minute, day = 24 * hour;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

function span(seconds: number): string {
  if (seconds < hour) return `${Math.max(1, Math.round(seconds / minute))} min`;
  if (seconds < day) return `${Math.floor(seconds / hour)} h`;
  const days = Math.floor(seconds / day);
  return days === 1 ? "1 day" : `${days} days`;
}

function words(time: Date, way: string): string {
  const ahead = Math.round((time.getTime() - Date.now()) / 1000);
  const far = Math.abs(ahead);
  switch (way) {
    case "clock": return clock.format(time);
    case "day": return weekday.format(time).replace(",", "");
    case "left":
      if (ahead <= 0) return "time is up";
      return ahead < hour ? `${Math.floor(ahead / minute)}:${String(ahead % minute).padStart(2, "0")} left` : `${span(ahead)} left`;
    default:
      if (far >= 14 * day) return date.format(time);
      if (far < 45) return ahead > 0 ? "in a moment" : "now";
      return ahead > 0 ? `in ${span(far)}` : `${span(far)} ago`;
  }
}

function tick(): void {
  document.querySelectorAll<HTMLTimeElement>("time[data-time]").forEach((element) => {
    const time = new Date(element.dateTime);
    const text = words(time, element.dataset.time ?? "ago");
    if (element.textContent !== text) element.textContent = text;
    const exact = full.format(time);
    if (element.title !== exact && element.dataset.time !== "day") element.title = exact;
  });
}

export function startTimes(): void {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", tick);
}
