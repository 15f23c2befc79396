// The log lines of a run as a list of all of them, of which only those in view are on the page. The server sends lines in pieces with
// their colours (ui/ansi.rs); here they are found, narrowed, followed and linked to.
(() => {
  "use strict";
  const LEVELS = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], ERROR = 4, ROW = 20, MOST = 300000;
  const two = (n) => String(n).padStart(2, "0");
  const clock = (d) => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
  const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const several = (n, one) => `${thousands(n)} ${one}${n === 1 ? "" : "s"}`;
  const element = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };

  const begin = (root) => {
    const log = root.querySelector("#log"), find = root.querySelector("#log-find"), found = root.querySelector("#log-found"), status = root.querySelector("#log-status");
    if (!log) return;
    const button = (name) => root.querySelector(`[data-log=${name}]`);
    const goingOn = root.hasAttribute("data-going-on"), address = new URL(location.href);

    // ---- All lines that are known, and those of them that are shown. ----
    const lines = [], runs = new Map();
    let shown = [], level = Math.max(0, LEVELS.indexOf(address.searchParams.get("level"))), complete = false, asking = false, again = false;
    let chosen = Number(address.searchParams.get("line")) || 0, ready = false;
    const take = (told) => {
      lines.length = told.from;
      const names = told.runs.map(([id, name]) => { const known = runs.get(id) ?? { id, name }; runs.set(id, known); return known; });
      for (const [at, rank, run, pieces] of told.lines) {
        const text = pieces.map((piece) => typeof piece === "string" ? piece : piece[1]).join("");
        lines.push({ at, level: rank, run: run === null ? null : names[run], pieces, text });
      }
      complete = !told.more || lines.length >= MOST;
    };
    const ask = async () => {
      if (asking) { again = true; return; }
      asking = true;
      do {
        again = false;
        try {
          const answer = await fetch(`${root.dataset.url}?from=${lines.length}`, { headers: { accept: "application/json" } });
          if (!answer.ok) break;
          take(await answer.json());
        } catch { break; }
        if (!complete) { if (!ready) status.textContent = `Loading: ${several(lines.length, "line")} so far`; again = true; continue; }
        narrow();
      } while (again);
      asking = false;
    };
    const narrow = () => {
      const first = !ready, stay = shown[top()];
      shown = [];
      for (let at = 0; at < lines.length; at++) if (lines[at].level >= level) shown.push(at);
      if (!lines.length) return;
      if (first) take_over();
      search();
      measure();
      if (first && chosen) go(nearest(chosen - 1)); else if (first || following) end(); else if (stay !== undefined) log.scrollTop = tops[nearest(stay)] + off;
      paint();
      const all = lines.length >= MOST ? `The first ${several(MOST, "line")}; the file has all` : several(lines.length, "line");
      status.textContent = shown.length === lines.length ? all : `${thousands(shown.length)} of ${all}`;
      Object.assign(log.dataset, { lines: lines.length, shown: shown.length });
    };
    // Where a line stands among those that are shown, or would.
    const nearest = (line) => {
      let low = 0, high = shown.length - 1;
      while (low < high) { const mid = (low + high) >> 1; if (shown[mid] < line) low = mid + 1; else high = mid; }
      return low;
    };

    // ---- How high each line is: by its length, and by what it turned out to be. ----
    let tops = new Float64Array(1), columns = 100, wrap = true, stacked = false, off = 0;
    const sizer = element("div", { class: "sizer" }), view = element("div", { class: "view" });
    const columnsNow = () => {
      const probe = element("span", {}, "0".repeat(50)), line = element("div", { class: "line" }, element("time"), element("span"), element("span", { class: "text" }, probe));
      view.append(line);
      const wide = probe.getBoundingClientRect().width / 50, room = probe.parentElement.getBoundingClientRect().width;
      stacked = probe.parentElement.getBoundingClientRect().top > line.firstChild.getBoundingClientRect().bottom - 2;
      line.remove();
      return Math.max(8, Math.floor(room / Math.max(1, wide)));
    };
    const rows = (line) => {
      const text = line.run ? `${line.run.name} ${line.text}` : line.text;
      let count = stacked ? 1 : 0;
      if (!wrap) { for (let at = -1; (at = text.indexOf("\n", at + 1)) >= 0;) count++; return count + 1; }
      if (text.length <= columns && !text.includes("\n")) return count + 1;
      for (const part of text.split("\n")) count += Math.max(1, Math.ceil(part.length / columns));
      return count;
    };
    const measure = () => {
      tops = new Float64Array(shown.length + 1);
      for (let at = 0; at < shown.length; at++) {
        const line = lines[shown[at]];
        tops[at + 1] = tops[at] + (line.high ?? rows(line) * (ROW - 2) + 2);
      }
      sizer.style.height = `${tops[shown.length]}px`;
    };
    const top = () => {
      let low = 0, high = shown.length;
      while (low < high) { const mid = (low + high) >> 1; if (tops[mid + 1] <= log.scrollTop) low = mid + 1; else high = mid; }
      off = log.scrollTop - (tops[low] ?? 0);
      return low;
    };

    // ---- Painting what is in view. ----
    let asked = false;
    const soon = () => { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; paint(); }); } };
    const show = (at) => {
      const index = shown[at], line = lines[index], word = LEVELS[line.level], date = new Date(line.at / 1000);
      const link = element("a", { class: "at", href: lineUrl(index + 1), title: `Copy the link to line ${index + 1} · ${date.toLocaleString()}` },
        element("time", { datetime: date.toISOString(), "data-as": "clock" }, clock(date)));
      const text = element("span", { class: "text" });
      if (line.run) text.append(element("a", { class: "from", href: `/runs/${line.run.id}` }, line.run.name), " ");
      for (const piece of line.pieces) text.append(...(typeof piece === "string" ? marked(piece) : [element("span", { class: piece[0] }, ...marked(piece[1]))]));
      const row = element("div", { class: "line", "data-line": index + 1, id: `L${index + 1}` }, link, element("span", { class: `l-${word.toLowerCase()}` }, element("b", {}, word[0]), ` ${word}`), text);
      row.classList.toggle("chosen", index + 1 === chosen);
      row.classList.toggle("hit", matches[current] === at && wanted !== "");
      return row;
    };
    const paint = () => {
      if (!ready) return;
      const first = Math.max(0, top() - 8), bottom = log.scrollTop + log.clientHeight;
      let last = first;
      while (last < shown.length && tops[last] < bottom + 160) last++;
      view.replaceChildren(...Array.from({ length: last - first }, (_, at) => show(first + at)));
      view.style.transform = `translateY(${tops[first]}px)`;
      // What turned out higher than it was thought to be moves what is below it, and nothing else.
      let wrong = false;
      for (const [at, row] of [...view.children].entries()) {
        const line = lines[shown[first + at]], high = row.offsetHeight;
        if (high && Math.abs(high - (tops[first + at + 1] - tops[first + at])) > .5) { line.high = high; wrong = true; }
      }
      if (wrong) {
        const at = top(), within = off;
        measure();
        if (following) end(); else log.scrollTop = tops[at] + within;
        view.style.transform = `translateY(${tops[first]}px)`;
      }
    };
    const take_over = () => {
      ready = true;
      log.replaceChildren(sizer, view);
      log.classList.add("virtual");
      for (const each of root.querySelectorAll("[data-paged]")) each.hidden = true;
      for (const each of root.querySelectorAll("[data-scripted]")) each.hidden = false;
      button("follow").hidden = !goingOn;
      columns = columnsNow();
      new ResizeObserver(() => {
        const now = columnsNow();
        if (now === columns) { soon(); return; }
        columns = now;
        for (const line of lines) delete line.high;
        const at = top();
        measure();
        if (following) end(); else log.scrollTop = tops[at];
        soon();
      }).observe(log);
    };

    // ---- Following the end, until somebody scrolls up. ----
    let following = !chosen;
    const follow = (on) => {
      following = on;
      button("follow").setAttribute("aria-pressed", String(on));
      log.dataset.following = on ? "1" : "0";
    };
    const end = () => { log.scrollTop = log.scrollHeight; };
    log.addEventListener("scroll", () => {
      if (!ready) return;
      const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      if (atEnd !== following) follow(atEnd);
      soon();
    });
    const go = (at) => {
      if (at < 0 || at >= shown.length) return;
      follow(false);
      log.scrollTop = Math.max(0, tops[at] - log.clientHeight / 3);
      soon();
    };

    // ---- Finding. ----
    let wanted = "", matches = [], current = -1;
    const search = () => {
      wanted = find.value.toLowerCase();
      const was = shown[matches[current]];
      matches = [];
      if (wanted) for (let at = 0; at < shown.length; at++) {
        const line = lines[shown[at]];
        line.lower ??= (line.run ? `${line.run.name} ${line.text}` : line.text).toLowerCase();
        if (line.lower.includes(wanted)) matches.push(at);
      }
      current = was === undefined ? -1 : matches.findIndex((at) => shown[at] === was);
      count();
    };
    const count = () => {
      found.textContent = !wanted ? "" : !matches.length ? "No line" : current < 0 ? several(matches.length, "line") : `${thousands(current + 1)} of ${thousands(matches.length)}`;
      Object.assign(log.dataset, { found: matches.length, at: current + 1 });
    };
    const step = (by) => {
      if (!matches.length) return;
      if (current < 0) {
        const here = top();
        current = by > 0 ? matches.findIndex((at) => at >= here) : matches.findLastIndex((at) => at < here);
        if (current < 0) current = by > 0 ? 0 : matches.length - 1;
      } else current = (current + by + matches.length) % matches.length;
      count();
      go(matches[current]);
    };
    const marked = (text) => {
      if (!wanted) return [text];
      const parts = [], lower = text.toLowerCase();
      if (lower.length !== text.length) return [text];
      let from = 0;
      for (let at; (at = lower.indexOf(wanted, from)) >= 0; from = at + wanted.length) parts.push(text.slice(from, at), element("mark", {}, text.slice(at, at + wanted.length)));
      return [...parts, text.slice(from)];
    };
    let typing = 0;
    find.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => { current = -1; search(); if (matches.length) step(1); else soon(); }, 120);
    });
    find.addEventListener("keydown", (e) => {
      if (e.key === "Enter") { e.preventDefault(); step(e.shiftKey ? -1 : 1); }
      if (e.key === "Escape") { e.stopPropagation(); find.value = ""; search(); soon(); }
    });
    find.form.addEventListener("submit", (e) => e.preventDefault());

    // ---- Levels, wrapping, the first error, links to lines. ----
    const lineUrl = (line) => {
      const url = new URL(location.href);
      url.searchParams.set("tab", "logs");
      url.searchParams.delete("from");
      url.searchParams.set("line", line);
      url.hash = "";
      return url.pathname + url.search;
    };
    root.querySelector("#log-level").addEventListener("click", (e) => {
      const link = e.target.closest("[data-level]");
      if (!link || !ready || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      level = LEVELS.indexOf(link.dataset.level);
      for (const each of root.querySelectorAll("[data-level]")) if (each === link) each.setAttribute("aria-current", "true"); else each.removeAttribute("aria-current");
      const url = new URL(location.href);
      if (level) url.searchParams.set("level", link.dataset.level); else url.searchParams.delete("level");
      history.replaceState(null, "", url);
      narrow();
    });
    button("wrap").onclick = () => {
      wrap = !wrap;
      button("wrap").setAttribute("aria-pressed", String(wrap));
      log.classList.toggle("nowrap", !wrap);
      for (const line of lines) delete line.high;
      const at = top();
      measure();
      if (following) end(); else log.scrollTop = tops[at];
      paint();
    };
    button("follow").onclick = () => { follow(!following); if (following) end(); soon(); };
    button("next").onclick = () => step(1);
    button("previous").onclick = () => step(-1);
    button("error").onclick = () => {
      const at = shown.findIndex((index) => lines[index].level >= ERROR);
      if (at < 0) { status.textContent = "No error among these lines"; return; }
      chosen = shown[at] + 1;
      go(at);
    };
    log.addEventListener("click", async (e) => {
      const link = e.target.closest("a.at");
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      chosen = Number(link.parentElement.dataset.line);
      history.replaceState(null, "", link.getAttribute("href"));
      soon();
      try { await navigator.clipboard.writeText(link.href); status.textContent = `Copied the link to line ${thousands(chosen)}`; } catch { status.textContent = `Line ${thousands(chosen)} is in the address now`; }
    });

    document.addEventListener("tidegate:change", ask);
    ask();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("logs");
    if (root) begin(root);
  });
})();
