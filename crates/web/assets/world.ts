import "htmx.org";
import { startDrafts } from "./drafts";
import { startLive } from "./live";
import { startPages } from "./pages";
import { startTimes } from "./times";
import { startToasts } from "./toasts";

startPages();
startDrafts();
startTimes();
startToasts();
startLive();
