// What the pages do beyond showing: the theme, times in the viewer's zone, keys, copying, live updates.
// Pages work without it; live updates aside.
(() => {
  "use strict";
  const root = document.documentElement;
  const kept = (key, value) => {
    try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch { return null; }
  };
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const month = new Intl.DateTimeFormat("en", { month: "short" });
  const two = (n) => String(n).padStart(2, "0");
  const clock = (d) => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
  const ago = (seconds) => {
    const s = Math.abs(seconds);
    const text = s < 5 ? "now" : s < 60 ? `${Math.floor(s)}s` : s < 3600 ? `${Math.floor(s / 60)}m` : s < 86400 ? `${Math.floor(s / 3600)}h` : `${Math.floor(s / 86400)}d`;
    return text === "now" ? text : seconds < 0 ? `in ${text}` : `${text} ago`;
  };
  const lasted = (s) => s < 60 ? `${Math.floor(s)}s` : s < 3600 ? `${Math.floor(s / 60)}m ${two(Math.floor(s % 60))}s` : `${Math.floor(s / 3600)}h ${two(Math.floor(s / 60 % 60))}m`;

  // The server says times as it sees them; here they become the viewer's.
  const tell = (scope) => {
    const now = Date.now();
    for (const at of scope.querySelectorAll("time[datetime]")) {
      const date = new Date(at.dateTime);
      if (isNaN(date)) continue;
      at.title = `${full.format(date)} (${zone})`;
      const text = at.dataset.as === "clock" ? clock(date) : at.dataset.as === "full" ? full.format(date) : at.dataset.as === "short" ? `${date.getDate()} ${month.format(date)} ${two(date.getHours())}:${two(date.getMinutes())}` : at.dataset.as === "since" ? lasted((now - date) / 1000) : ago((now - date) / 1000);
      if (at.textContent !== text) at.textContent = text;
    }
    for (const each of scope.querySelectorAll("[data-zone]")) each.textContent = zone;
  };

  // A part that changed on the server takes the place of the one that is here; what the viewer has done to it stays.
  const was = new WeakMap();
  const renew = (page) => {
    const held = document.activeElement && document.activeElement.id;
    for (const old of document.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(old.id);
      if (!fresh) continue;
      if (fresh.innerHTML === was.get(old)) continue;
      if (old.contains(document.activeElement) && /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) continue;
      if (old.querySelector("[name=run]:checked, details.sure[open]")) continue;
      const top = old.scrollTop;
      was.set(old, fresh.innerHTML);
      old.replaceChildren(...document.importNode(fresh, true).childNodes);
      old.scrollTop = top;
      begin(old);
    }
    document.title = page.title;
    if (held && document.activeElement === document.body) document.getElementById(held)?.focus();
  };
  let asking = false, again = false;
  const refresh = async () => {
    document.dispatchEvent(new CustomEvent("tidegate:change"));
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html", "x-live": "1" }, cache: "no-store" });
      if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the stream says when the server is back */ }
    asking = false;
    if (again) { again = false; setTimeout(refresh, 250); }
  };
  const listen = () => {
    const url = document.body.dataset.live;
    if (!url) return;
    const light = document.getElementById("live");
    const say = (text) => { if (light && light.textContent !== text) light.textContent = text; };
    let stream;
    const open = () => {
      stream = new EventSource(url);
      stream.addEventListener("open", () => say("Live"));
      stream.addEventListener("change", refresh);
      stream.addEventListener("end", () => { stream.close(); refresh(); say("Up to date"); });
      stream.addEventListener("error", () => say("Reconnecting"));
    };
    open();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) stream.close(); else { open(); refresh(); }
    });
  };

  const begin = (scope) => {
    tell(scope);
    for (const each of scope.querySelectorAll("#all")) each.hidden = false;
  };

  let chord = "";
  const go = { d: "/", r: "/runs", f: "/flows", l: "/limits", v: "/variables", b: "/blocks", a: "/artifacts", e: "/events", s: "/settings" };
  const key = (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") { document.activeElement?.blur(); return; }
    if (/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)) return;
    if (chord === "g" && go[e.key]) { chord = ""; location.href = go[e.key]; return; }
    chord = e.key === "g" ? "g" : "";
    if (e.key === "/") { e.preventDefault(); document.getElementById("find")?.focus(); return; }
    if (e.key !== "j" && e.key !== "k" && e.key !== "Enter") return;
    const rows = [...document.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a.name"));
    const at = rows.findIndex((row) => row.classList.contains("at"));
    if (e.key === "Enter") { if (at >= 0 && document.activeElement === document.body) rows[at].querySelector("a.name").click(); return; }
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (e.key === "j" ? 1 : -1)))];
    if (!next) return;
    rows[at]?.classList.remove("at");
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("[data-part]")) was.set(part, part.innerHTML);
    begin(document);
    listen();
    setInterval(() => tell(document), 1000);
    document.addEventListener("keydown", key);
    document.addEventListener("click", async (e) => {
      const id = e.target.closest("[data-copy]");
      if (id) {
        try { await navigator.clipboard.writeText(id.dataset.copy); } catch { return; }
        const was = id.textContent;
        id.textContent = "copied";
        setTimeout(() => { id.textContent = was; }, 900);
      }
      if (e.target.closest("#theme")) {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        kept("theme", root.dataset.theme);
      }
    });
    document.addEventListener("submit", (e) => {
      const ask = e.target.dataset.confirm;
      if (ask && !confirm(ask)) e.preventDefault();
    });
    document.addEventListener("change", (e) => {
      if (e.target.id === "all") for (const each of document.querySelectorAll("[name=run]")) each.checked = e.target.checked; if (e.target.closest("[data-at-once]")) e.target.form.requestSubmit(); });
  });
})();
