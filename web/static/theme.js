// The switch between light and dark. Without it the system's preference holds.
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = (theme) => { if (theme === "light" || theme === "dark") root.dataset.theme = theme; };
  apply(stored()); // before the first paint: this script is not deferred
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      const next = dark ? "light" : "dark";
      apply(next);
      try { localStorage.setItem("theme", next); } catch { /* private mode: the choice lasts for this page */ }
    });
  });
})();
// Buttons that copy another element's text.
addEventListener("DOMContentLoaded", () => {
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
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = target && target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  };
  addEventListener("hashchange", open);
  addEventListener("DOMContentLoaded", open);
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
