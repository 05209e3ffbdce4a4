// What is done once the page is parsed: before the scripts that wait for that,
// so that nothing shifts while they load.
const whenParsed = (f) => document.addEventListener("readystatechange", () => { if (document.readyState === "interactive") f(); });
// The switch between light and dark. The system's preference holds until
// somebody chooses the other one; choosing the system's again forgets that.
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored()); // before the first paint: this script is not deferred
  addEventListener("storage", (e) => { if (e.key === "theme" || e.key === null) apply(stored()); }); // of another tab
  addEventListener("pageshow", (e) => { if (e.persisted) apply(stored()); });
  whenParsed(() => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const system = dark.matches ? "dark" : "light";
      const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      apply(next === system ? null : next);
      try {
        if (next === system) localStorage.removeItem("theme");
        else localStorage.setItem("theme", next);
      } catch { /* private mode: the choice lasts for this page */ }
    });
  });
})();
// What HTMX loads because somebody asked: the region is busy, a bar says so, and
// a failure is told. What a page asks for by itself, every second, is not.
(() => {
  const root = document.documentElement;
  let running = 0;
  const asked = (e) => e.detail.requestConfig && e.detail.requestConfig.triggeringEvent;
  const lapse = (says) => {
    const line = document.querySelector("[data-lapse]");
    if (line) line.textContent = says ? line.dataset.lapse : "";
  };
  const count = (e, by) => {
    running += by;
    root.toggleAttribute("data-busy", running > 0);
    if (by > 0) e.detail.target.setAttribute("aria-busy", "true");
    else e.detail.target.removeAttribute("aria-busy");
  };
  addEventListener("htmx:beforeRequest", (e) => { if (asked(e)) { lapse(false); count(e, 1); } });
  addEventListener("htmx:afterRequest", (e) => { if (asked(e)) count(e, -1); });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    addEventListener(failure, (e) => { if (asked(e)) lapse(true); });
  }
})();
// What the reader opened in a region, and how far it was scrolled, stays so when
// the region comes anew; htmx keeps the keyboard where it is, by its id.
(() => {
  const kept = new Map();
  addEventListener("htmx:beforeSwap", (e) => {
    for (const part of e.detail.target.querySelectorAll("details[id], .scroll[id]")) kept.set(part.id, { open: part.open, left: part.scrollLeft });
  });
  addEventListener("htmx:afterSwap", () => {
    for (const [id, was] of kept) {
      const part = document.getElementById(id);
      if (part && was.open !== undefined) part.open = was.open;
      if (part && was.left) part.scrollLeft = was.left;
    }
    kept.clear();
  });
})();
// A field that finds while somebody types leaves the form around it unsent.
addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target instanceof Element && e.target.matches("[data-stays]")) e.preventDefault(); });
// A time zone that nobody chose yet is the browser's own.
whenParsed(() => {
  const select = document.querySelector("select[data-zone]"), zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!select || !zone) return;
  if (![...select.options].some((o) => o.value === zone)) select.firstElementChild.append(new Option(zone, zone));
  select.value = zone;
});
// Buttons that copy another element's text.
whenParsed(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) return; // only where the connection is secure
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
});
// Open the finding or factor that the address points at.
(() => {
  const named = () => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } };
  const open = () => {
    const target = named() && document.getElementById(named());
    for (let part = target && target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  };
  addEventListener("hashchange", open);
  if (!named()) return;
  const parsing = new MutationObserver(open); // as soon as it is there, so that nothing shifts once it is painted
  parsing.observe(document, { childList: true, subtree: true });
  whenParsed(() => { open(); parsing.disconnect(); });
})();
// The search box is a keystroke away, unless the reader switched that off.
(() => {
  const off = () => { try { return localStorage.getItem("search-key") === "off"; } catch { return false; } };
  const show = () => {
    const hint = document.querySelector("[data-find-key]");
    if (hint) hint.hidden = off();
    const button = document.querySelector("[data-find-switch]");
    if (!button) return;
    button.textContent = off() ? "Switch the key on" : "Switch the key off";
    button.parentElement.hidden = false;
  };
  addEventListener("DOMContentLoaded", () => {
    show();
    document.querySelector("[data-find-switch]")?.addEventListener("click", () => {
      try { localStorage.setItem("search-key", off() ? "on" : "off"); } catch { /* private mode */ }
      show();
    });
  });
  addEventListener("keydown", (event) => {
    const box = document.querySelector("[data-find]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !box || off()) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
