// The graph of a flow run, drawn on a canvas: time runs to the right, bars stand in rows, curves say what came after what.
// The server says what is in which row and tells differences (ui/graph/told.rs); here is where that stands on the screen.
(() => {
  "use strict";
  const AXIS = 24, ROW = 28, TEXT = 15, LEFT = 8, FONT = 12;
  const MARKS = {
    completed: "M2.5 6.5 5 9l4.5-5.5", failed: "m3 3 6 6m0-6L3 9", crashed: "M7 1 3.5 6.5h5L5 11", running: "m4 2.500 5 3.500-5 3.500z",
    scheduled: "M6 3v3l2 1.500M10.500 6a4.500 4.500 0 1 1-9 0 4.500 4.500 0 1 1 9 0", pending: "M10 6a4 4 0 1 1-8 0 4 4 0 1 1 8 0",
    paused: "M4 2.500v7m4-7v7", cancelled: "M3 3h6v6H3z", cancelling: "M3 3h6v6H3zm0 0 6 6",
  };
  const SIGNS = { completed: "✓", failed: "✗", crashed: "↯", running: "▶", scheduled: "◷", pending: "○", paused: "‖", cancelled: "■", cancelling: "□" };
  const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
  const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const several = (n, one) => `${thousands(n)} ${one}${n === 1 ? "" : "s"}`;
  const lasted = (us) => {
    const s = us / 1e6, two = (n) => String(Math.floor(n)).padStart(2, "0");
    return us < 1e3 ? `${Math.round(us)} µs` : us < 1e6 ? `${Number((us / 1e3).toPrecision(3))} ms` : s < 60 ? `${Number(s.toPrecision(3))}s`
      : s < 3600 ? `${Math.floor(s / 60)}m ${two(s % 60)}s` : s < 86400 ? `${Math.floor(s / 3600)}h ${two(s / 60 % 60)}m` : `${Math.floor(s / 86400)}d ${two(s / 3600 % 24)}h`;
  };
  const element = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };

  const begin = (root) => {
    const canvas = root.querySelector("#graph-canvas"), room = root.querySelector("#graph-room"), map = root.querySelector("#graph-map");
    const details = root.querySelector("#graph-details"), list = root.querySelector("#graph-list"), said = root.querySelector("#graph-said");
    const ctx = canvas.getContext("2d");
    for (const each of root.querySelectorAll("[data-scripted]")) each.hidden = false;

    // ---- What is known: bars by id, edges, what is open. ----
    const bars = new Map(), open = new Set();
    let edges = [], version = "", mark = "", base = 0, ahead = 0, flow = [null, null], calls = 0, all = false, whole = false;
    const opens = (bar) => bar.inside > 0;
    const isOpen = (bar) => opens(bar) && (all || open.has(bar.id));
    const now = () => (Date.now() - base) * 1000 + ahead;
    const ended = () => flow[1] !== null;
    const from = (bar) => bar.start ?? (ended() ? flow[1] : Math.max(now(), bar.expected ?? 0));
    const until = (bar) => bar.start === null ? from(bar) : bar.end ?? Math.max(now(), bar.start);
    // What finds a bar again when the server has forgotten its id.
    const lasting = (bar) => bar.run || `${bars.get(bar.parent)?.run ?? ""}/${bar.label}`;

    const take = (told) => {
      const sought = told.whole ? [...open].map((id) => bars.get(id)).filter(Boolean).map(lasting) : [];
      const forgotten = told.whole && version && version.split(".")[0] !== told.version.split(".")[0] && !all;
      if (told.whole) { bars.clear(); edges = []; }
      if (forgotten) open.clear();
      ({ version, base, flow, calls } = told);
      ahead = told.now - (Date.now() - base) * 1000;
      for (const id of told.gone) bars.delete(id);
      for (const [id, parent, kind, label, run, state, row, expected, start, end, attempts, artifacts, inside, group] of told.bars) {
        const [type, name] = told.states[state];
        const counts = group?.[0].map(([each, count]) => [...told.states[each], count]);
        bars.set(id, { id, parent, kind, label, run, type, name, row, expected, start, end, attempts, artifacts, inside,
          group: group && { counts, cached: group[1], retries: group[2], strip: group[3] } });
      }
      if (told.edges) {
        edges.length = told.edges.from;
        const each = told.edges.list;
        for (let at = 0; at < each.length; at += 3) edges.push({ from: each[at], to: each[at + 1], order: each[at + 2] === 1 });
        mark = told.edges.mark;
      }
      prune();
      arrange();
      const again = forgotten ? [...bars.values()].filter((bar) => opens(bar) && sought.includes(lasting(bar))).map((bar) => bar.id) : [];
      root.dataset.version = version;
      const count = root.querySelector("#graph-count");
      // Its own calls first, as the page counts them; then with those that were made inside them.
      let own = 0;
      for (const bar of bars.values()) if (bar.parent === 0) own += bar.group ? bar.group.counts.reduce((sum, each) => sum + each[2], 0) : 1;
      count.textContent = `${several(own, "call")}${own < calls ? `, ${thousands(calls)} in all` : ""}${told.left_out ? " drawn; the tab Tasks lists the rest" : ""}`;
      if (again.length) { for (const id of again) open.add(id); ask(again); }
    };
    // What is in something that is not open any more is forgotten: it is asked for when that is opened.
    const prune = () => {
      for (const bar of bars.values()) {
        if (bar.parent === 0) continue;
        const parent = bars.get(bar.parent);
        if (!parent || !isOpen(parent)) bars.delete(bar.id);
      }
      for (const id of open) if (!bars.has(id)) open.delete(id);
    };

    // ---- Asking: what is open, what of that is new, and what is known. ----
    let asking = false, later = null;
    const ask = async (fresh = []) => {
      if (asking) { later = [...(later ?? []), ...fresh]; return; }
      asking = true;
      const query = new URLSearchParams();
      if (all) query.set("open", "all"); else if (open.size) query.set("open", [...open].join());
      if (fresh.length) query.set("new", fresh.join());
      if (version && !whole) { query.set("since", version); query.set("edges", mark); }
      whole = false;
      try {
        const answer = await fetch(`${root.dataset.url}?${query}`, { headers: { accept: "application/json" } });
        if (answer.ok) take(await answer.json());
      } catch { /* the next change asks again */ }
      asking = false;
      if (later) { const next = later; later = null; ask(next); }
    };

    // ---- Rows: how high everything is when it is open or not, in rows. ----
    let families = new Map(), total = 1, incoming = new Map(), outgoing = new Map(), joints = new Map();
    const arrange = () => {
      families = new Map();
      for (const bar of bars.values()) {
        const rows = families.get(bar.parent) ?? [];
        families.set(bar.parent, rows);
        (rows[bar.row] ??= { top: 0, height: 1, bars: [] }).bars.push(bar);
      }
      for (const [parent, rows] of families) {
        const used = rows.filter(Boolean);
        for (const row of used) row.bars.sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || a.id - b.id);
        families.set(parent, used);
      }
      const stack = (rows, top) => {
        for (const row of rows) {
          row.top = top;
          row.height = 1;
          for (const bar of row.bars) {
            bar.top = top;
            bar.height = isOpen(bar) ? 1.4 + stack(families.get(bar.id) ?? [], top + 1.1) : 1;
            row.height = Math.max(row.height, bar.height);
          }
          top += row.height;
        }
        return rows.length ? top - rows[0].top : 0;
      };
      total = Math.max(1, stack(families.get(0) ?? [], 0));
      tie();
      if (chosen && !bars.has(chosen)) choose(0);
      resize();
      root.dataset.nodes = bars.size;
      root.dataset.open = [...bars.values()].filter(isOpen).length;
      if (!list.hidden) tell();
    };
    // Who comes after whom, and where joints stand: between what they join.
    const tie = () => {
      incoming = new Map(); outgoing = new Map(); joints = new Map();
      const add = (to, key, value) => { const known = to.get(key); if (known) known.push(value); else to.set(key, [value]); };
      for (const edge of edges) { add(outgoing, edge.from, edge); add(incoming, edge.to, edge); }
      for (const edge of edges) for (const id of [edge.from, edge.to]) {
        if (id >= 0 || joints.has(id)) continue;
        const before = (incoming.get(id) ?? []).map((each) => bars.get(each.from)).filter(Boolean);
        const after = (outgoing.get(id) ?? []).map((each) => bars.get(each.to)).filter(Boolean);
        const left = Math.max(...before.map(until)), right = Math.min(...after.map(from));
        const tops = [...before, ...after].map((bar) => bar.top);
        joints.set(id, { at: Number.isFinite(left) && Number.isFinite(right) ? (left + Math.max(left, right)) / 2 : Number.isFinite(left) ? left : right || 0,
          top: tops.reduce((sum, top) => sum + top, 0) / Math.max(1, tops.length) });
      }
    };

    // ---- The view: which time is at the left, how wide it is, which row is on top, how high rows are. ----
    let width = 0, height = 0, horizon = 1, zoom = 1, left = 0, up = 0, moved = false;
    const fitted = () => (width - LEFT * 2) / horizon;
    const scale = () => fitted() * zoom;
    const least = () => { const one = (height - AXIS - 8) / total; return one >= ROW ? ROW : total * 18 <= (height - AXIS) * 2 ? 18 : one; };
    const row = () => Math.min(ROW, least() * zoom);
    const x = (at) => LEFT + (at - left) * scale();
    const y = (top) => AXIS + 4 + (top - up) * row();
    const timeAt = (px) => left + (px - LEFT) / scale();
    const bound = () => {
      zoom = clamp(zoom, 1, Math.max(1, horizon / 20));
      left = clamp(left, 0, Math.max(0, horizon - (width - LEFT * 2) / scale()));
      up = clamp(up, 0, Math.max(0, total - (height - AXIS - 8) / row()));
    };
    // The last thing that is drawn; while the run goes on there is room for what comes, and more is made when it is used up.
    const reach = () => {
      let last = Math.max(flow[1] ?? 0, 1);
      let waiting = false;
      for (const bar of bars.values()) { last = Math.max(last, bar.end ?? bar.start ?? 0); waiting ||= bar.start === null; }
      if (ended()) { horizon = waiting ? last * 1.08 : last; return; }
      last = Math.max(last, now());
      if (last > horizon * 0.97 || last < horizon * 0.4) horizon = last * 1.3;
    };
    const resize = () => {
      reach();
      width = Math.max(200, room.clientWidth);
      // Until something is known, the page keeps the room that it made for it.
      if (!version) return;
      height = Math.round(clamp(total * ROW + AXIS + 12, 96, Math.max(240, innerHeight * 0.62)));
      const ratio = devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.height = `${height}px`;
      }
      bound();
      mapped = false;
      soon();
    };
    const fit = () => { zoom = 1; left = 0; up = 0; moved = false; bound(); soon(); };
    const zoomBy = (factor, px = width / 2, py = height / 2) => {
      const at = timeAt(px), top = up + (py - AXIS - 4) / row();
      zoom *= factor;
      zoom = clamp(zoom, 1, Math.max(1, horizon / 20));
      left = at - (px - LEFT) / scale();
      up = top - (py - AXIS - 4) / row();
      moved = zoom > 1;
      bound();
      soon();
    };
    const panBy = (dx, dy) => { left -= dx / scale(); up -= dy / row(); moved = true; bound(); soon(); };
    const show = (bar) => {
      const [a, b] = [x(from(bar)), x(until(bar))], py = y(bar.top);
      if (b < LEFT || a > width - LEFT) left = from(bar) - (width / 3) / scale();
      if (py < AXIS || py + row() > height) up = bar.top - (height - AXIS) / row() / 2;
      bound();
      soon();
    };

    // ---- Colours, from the style sheet of the page. ----
    let ink = {};
    const colours = () => {
      const style = getComputedStyle(document.documentElement), of = (name) => style.getPropertyValue(`--${name}`).trim();
      ink = Object.fromEntries([...Object.keys(MARKS), "paper", "sheet", "sunk", "line", "rule", "ink", "soft", "faint", "focus", "accent"].map((name) => [name, of(name)]));
      ink.cancelling = ink.cancelled;
      ink.on = of("on-state");
      ink.font = `${FONT}px ${of("sans")}`;
      mapped = false;
      soon();
    };
    const shapes = Object.fromEntries(Object.entries(MARKS).map(([type, path]) => [type, new Path2D(path)]));
    const widths = new Map();
    const wide = (text) => {
      let known = widths.get(text);
      if (known === undefined) {
        if (widths.size > 20000) widths.clear();
        widths.set(text, known = ctx.measureText(text).width);
      }
      return known;
    };

    // ---- What is in view, row by row. ----
    // `edge` is where words must end: at what comes next in the row, or in the row of what it is in.
    const inView = (visit, parent = 0, edge = width) => {
      const rows = families.get(parent);
      if (!rows) return;
      const r = row(), first = up - 1, last = up + (height - AXIS) / r;
      const t0 = timeAt(-40), t1 = timeAt(width);
      let low = 0, high = rows.length;
      while (low < high) { const mid = (low + high) >> 1; if (rows[mid].top + rows[mid].height < first) low = mid + 1; else high = mid; }
      for (let at = low; at < rows.length && rows[at].top < last; at++) {
        const each = rows[at].bars;
        let a = 0, b = each.length;
        while (a < b) { const mid = (a + b) >> 1; if (until(each[mid]) < t0) a = mid + 1; else b = mid; }
        for (let i = a; i < each.length; i++) {
          const bar = each[i];
          if (from(bar) > t1) break;
          const end = each[i + 1] ? Math.min(edge, x(from(each[i + 1])) - 6) : edge;
          visit(bar, end);
          if (isOpen(bar)) inView(visit, bar.id, end);
        }
      }
    };

    // ---- Painting. ----
    let asked = false, drawn = 0, hover = 0, chosen = 0, lit = null, mapped = false;
    const soon = () => { if (!asked) { asked = true; requestAnimationFrame(paint); } };
    const paint = () => {
      asked = false;
      // Nothing is known before the first answer.
      if (!version || !width || room.offsetParent === null) return;
      const began = performance.now(), ratio = devicePixelRatio || 1;
      reach();
      bound();
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.globalAlpha = 1;
      ctx.fillStyle = ink.sheet;
      ctx.fillRect(0, 0, width, height);
      ctx.font = ink.font;
      ctx.textBaseline = "middle";
      axis();
      ctx.save();
      ctx.beginPath();
      ctx.rect(0, AXIS, width, height - AXIS);
      ctx.clip();
      const seen = [];
      inView((bar, end) => seen.push([bar, end]));
      for (const [bar] of seen) if (isOpen(bar)) frame(bar);
      curves();
      drawn = 0;
      body(seen);
      playhead();
      ctx.restore();
      if (hover && bars.has(hover)) tip(bars.get(hover));
      minimap();
      const took = performance.now() - began;
      Object.assign(root.dataset, { drawn, frame: took.toFixed(2), zoom: zoom.toFixed(3), ready: "1" });
    };
    const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((n) => [n, n * 1e3]).concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400, 604800].map((n) => n * 1e6)).sort((a, b) => a - b);
    const axis = () => {
      const enough = 90 / scale(), step = STEPS.find((each) => each >= enough) ?? STEPS[STEPS.length - 1];
      ctx.fillStyle = ink.faint;
      ctx.strokeStyle = ink.line;
      ctx.lineWidth = 1;
      ctx.beginPath();
      for (let at = Math.ceil(timeAt(0) / step) * step; at <= timeAt(width); at += step) {
        const px = Math.round(x(at)) + .5;
        ctx.moveTo(px, AXIS);
        ctx.lineTo(px, height);
        const text = at <= 0 ? "0" : lasted(at).replace(/ 00[smh]$/, ""), half = wide(text) / 2;
        ctx.fillText(text, clamp(px - half, 2, width - half * 2 - 2), AXIS / 2);
      }
      ctx.moveTo(0, AXIS - .5);
      ctx.lineTo(width, AXIS - .5);
      ctx.stroke();
    };
    const alpha = (bar, full = 1) => { ctx.globalAlpha = lit && !lit.has(bar.id) ? full * .2 : full; };
    const frame = (bar) => {
      const a = Math.max(-8, x(from(bar)) - 4), b = Math.min(width + 8, Math.max(x(until(bar)), a + 40) + 5), top = y(bar.top), bottom = y(bar.top + bar.height) - row() * .15;
      ctx.globalAlpha = 1;
      ctx.fillStyle = ink.sunk;
      ctx.strokeStyle = ink.rule;
      ctx.beginPath();
      ctx.roundRect(a, top - 1, b - a, bottom - top, 4);
      ctx.fill();
      ctx.stroke();
    };
    // Bars by their colour, so that thousands are a few strokes of a brush; where rows are thinner than a pixel, each pixel once.
    const body = (seen) => {
      const r = row(), gap = r >= 14 ? 6 : r >= 6 ? 2 : r >= 3 ? 1 : 0, h = Math.max(1, r - gap), plain = new Map(), covered = r < 2 ? new Map() : null;
      const rich = [];
      for (const [bar, end] of seen) {
        const a = x(from(bar)), px = Math.max(-9, a), right = Math.min(width + 9, Math.max(x(until(bar)), a + (r >= 6 ? 3 : 1))), top = y(bar.top) + gap / 2;
        if (covered && bar.type !== "failed" && bar.type !== "crashed") {
          const line = Math.floor(top) * 2 + (lit && lit.has(bar.id) ? 1 : 0);
          if ((covered.get(line) ?? -1) >= right) continue;
          covered.set(line, right);
        }
        drawn++;
        if (bar.kind === 2 || bar.start === null || isOpen(bar) || bar.name === "Cached" || r >= TEXT && right - px > 5) { rich.push([bar, end, px, right, top]); continue; }
        const key = `${bar.type}${lit && !lit.has(bar.id) ? "-" : ""}`;
        if (!plain.has(key)) plain.set(key, []);
        plain.get(key).push(px, top, right - px);
        if (r >= TEXT) rich.push([bar, end, px, right, top, true]);
      }
      for (const [key, each] of plain) {
        ctx.globalAlpha = key.endsWith("-") ? .2 : 1;
        ctx.fillStyle = ink[key.replace("-", "")];
        for (let at = 0; at < each.length; at += 3) ctx.fillRect(each[at], each[at + 1], each[at + 2], h);
      }
      for (const [bar, end, px, right, top, done] of rich) {
        alpha(bar);
        if (!done) { if (bar.kind === 2) group(bar, px, right, top, h); else single(bar, px, right, top, h); }
        if (r >= TEXT) label(bar, end, px, right, top, h);
        if (bar.id === chosen || bar.id === hover) ring(px, right, top, h, bar.id === chosen);
      }
      ctx.globalAlpha = 1;
    };
    const round = (px, right, top, h, by = 3) => { ctx.beginPath(); ctx.roundRect(px, top, right - px, h, Math.min(by, (right - px) / 2)); };
    const single = (bar, px, right, top, h) => {
      const colour = ink[bar.type], hollow = bar.start === null || bar.name === "Cached";
      if (bar.start === null) right = Math.max(right, px + 28);
      round(hollow ? px + .5 : px, hollow ? right - .5 : right, hollow ? top + .5 : top, hollow ? h - 1 : h);
      if (isOpen(bar)) { ctx.fillStyle = colour; ctx.fill(); return; }
      if (!hollow) { ctx.fillStyle = colour; ctx.fill(); return; }
      ctx.fillStyle = ink.sheet;
      ctx.fill();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1;
      if (bar.start === null) ctx.setLineDash([3, 2]);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    // A group is pale, so that its strip and its words can be read: how many went on at a time, and where one failed.
    const group = (bar, px, right, top, h) => {
      const full = ctx.globalAlpha, { strip } = bar.group, a = x(from(bar)), piece = (Math.max(x(until(bar)), a + 3) - a) / Math.max(1, strip.length);
      if (bar.start === null) right = Math.max(right, px + 28);
      round(px, right, top, h);
      ctx.fillStyle = ink.sheet;
      ctx.fill();
      ctx.globalAlpha = full * .13;
      ctx.fillStyle = ink[bar.type];
      ctx.fill();
      ctx.save();
      ctx.clip();
      const going = ink[bar.type === "failed" || bar.type === "crashed" ? "completed" : bar.type];
      for (let at = 0; at < strip.length; at++) {
        const failed = strip[at] >= "a", high = (strip.charCodeAt(at) - (failed ? 97 : 48)) / 9 * h;
        const left = Math.round(a + at * piece), right = Math.round(a + (at + 1) * piece);
        ctx.globalAlpha = full * .3;
        ctx.fillStyle = going;
        ctx.fillRect(left, top + h - high, right - left, high);
        if (!failed) continue;
        ctx.globalAlpha = full;
        ctx.fillStyle = ink.failed;
        ctx.fillRect(left, top + h - 4, Math.max(2, right - left - 1), 4);
      }
      ctx.restore();
      ctx.globalAlpha = full;
      ctx.strokeStyle = ink[bar.type];
      ctx.lineWidth = 1;
      round(px + .5, right - .5, top + .5, h - 1);
      ctx.stroke();
    };
    const words = (bar) => {
      if (bar.kind !== 2) return bar.attempts > 1 ? `${bar.label} ↻${bar.attempts}` : bar.label;
      const { counts, cached, retries } = bar.group, count = counts.reduce((sum, each) => sum + each[2], 0);
      const each = counts.map(([type, name, n]) => `${thousands(n)} ${(type === "completed" ? "done" : name).toLowerCase()}`);
      if (cached) each.push(`${thousands(cached)} cached`);
      if (retries) each.push(retries === 1 ? "1 retry" : `${thousands(retries)} retries`);
      return `${bar.label} ×${thousands(count)}  ${each.join(", ")}`;
    };
    const shortest = (bar) => bar.kind === 2 ? words(bar).split("  ")[0] : bar.label;
    // As much of a text as there is room for; nothing where that would tell nothing.
    const cut = (text, room) => {
      if (room < 44) return undefined;
      let most = Math.floor(text.length * room / wide(text));
      while (most > 3 && wide(`${text.slice(0, most)}…`) > room) most--;
      return most > 3 ? `${text.slice(0, most)}…` : undefined;
    };
    const label = (bar, end, px, right, top, h) => {
      const middle = top + h / 2, solid = bar.kind !== 2 && bar.start !== null && bar.name !== "Cached";
      if (bar.start === null) right = Math.max(right, px + 28);
      const signs = (opens(bar) ? 12 : 0) + 16, start = Math.max(px, LEFT - 4);
      const after = right + 4, within = right - start - signs - 6, beside = end - after - signs, fits = (room) => [words(bar), shortest(bar)].find((text) => wide(text) <= room);
      let inside = fits(within), outside = inside === undefined ? fits(beside) : undefined;
      if (!inside && !outside) if (within >= beside) inside = cut(shortest(bar), within); else outside = cut(shortest(bar), beside);
      if (!inside && !outside) {
        if (right - start >= 16 && solid) sign(bar, start + 3, middle, ink.on);
        extras(bar, right, top);
        return;
      }
      const colour = outside || !solid ? ink.ink : ink.on;
      let at = outside ? after : start + 4;
      if (opens(bar)) { chevron(at + 4, middle, isOpen(bar), colour); at += 12; }
      sign(bar, at - 1, middle, outside || !solid ? ink[bar.type] : ink.on);
      ctx.fillStyle = colour;
      ctx.fillText(outside || inside, at + 14, middle + .5);
      extras(bar, right, top);
    };
    const sign = (bar, px, middle, colour) => {
      ctx.save();
      ctx.translate(px, middle - 6);
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.6;
      ctx.lineCap = "round";
      ctx.lineJoin = "round";
      ctx.stroke(shapes[bar.type]);
      ctx.restore();
    };
    const chevron = (px, middle, down, colour) => {
      ctx.fillStyle = colour;
      ctx.beginPath();
      if (down) { ctx.moveTo(px - 4, middle - 2); ctx.lineTo(px + 4, middle - 2); ctx.lineTo(px, middle + 3); }
      else { ctx.moveTo(px - 2, middle - 4); ctx.lineTo(px + 3, middle); ctx.lineTo(px - 2, middle + 4); }
      ctx.fill();
    };
    // Artifacts: a small page at the corner of what made them.
    const extras = (bar, right, top) => {
      if (!bar.artifacts) return;
      ctx.fillStyle = ink.sheet;
      ctx.strokeStyle = ink.accent;
      ctx.lineWidth = 1.2;
      ctx.beginPath();
      ctx.rect(right - 5, top - 3, 6, 8);
      ctx.moveTo(right - 3.500, top - .5);
      ctx.lineTo(right - .5, top - .5);
      ctx.moveTo(right - 3.500, top + 2);
      ctx.lineTo(right - .5, top + 2);
      ctx.fill();
      ctx.stroke();
    };
    const ring = (px, right, top, h, strong) => {
      ctx.globalAlpha = 1;
      ctx.strokeStyle = strong ? ink.focus : ink.ink;
      ctx.lineWidth = strong ? 2 : 1.2;
      round(px - 1.500, right + 1.500, top - 1.500, h + 3, 4);
      ctx.stroke();
    };
    const point = (id, leaving) => {
      const bar = bars.get(id);
      if (bar) return [leaving ? Math.max(x(until(bar)), x(from(bar)) + 3) : x(from(bar)), y(bar.top + .5)];
      const joint = joints.get(id);
      return joint && [x(joint.at), y(joint.top + .5)];
    };
    // What began before the other had ended came after a part of it: its curve leaves the bar where it is, not at its end.
    const leaves = (id, [bx, by]) => {
      const a = point(id, true), bar = bars.get(id);
      if (!a || !bar || bx - a[0] > 4) return a;
      return [Math.max(x(from(bar)), Math.min(a[0], bx - 10)), a[1] + Math.sign(by - a[1]) * (row() / 2 - 3), true];
    };
    // Curves that stand in one place on the screen are drawn once, and none where there would be nothing but curves.
    const inside = ([px, py]) => px >= 0 && px <= width && py >= AXIS && py <= height;
    const curves = () => {
      const quiet = [], bright = [], taken = new Set(), many = edges.length > 400, r = row();
      for (const edge of edges) {
        const b = point(edge.to, false), a = b && leaves(edge.from, b);
        if (!a) continue;
        if (Math.max(a[0], b[0]) < 0 || Math.min(a[0], b[0]) > width || Math.max(a[1], b[1]) < AXIS || Math.min(a[1], b[1]) > height) continue;
        const shines = lit !== null && lit.has(edge.from) && lit.has(edge.to);
        if (many && !shines) {
          if (lit || quiet.length > 1200 || !inside(a) && !inside(b)) continue;
          const key = (((a[0] + 4096 >> 3) * 1024 + (a[1] + 4096 >> 3)) * 1024 + (b[0] + 4096 >> 3)) * 1024 + (b[1] + 4096 >> 3);
          if (taken.has(key)) continue;
          taken.add(key);
        }
        (shines ? bright : quiet).push([a, b, edge.order]);
      }
      const stroke = (each, colour, full, heavy) => {
        ctx.strokeStyle = ctx.fillStyle = colour;
        ctx.globalAlpha = full;
        ctx.lineWidth = heavy;
        for (const order of [false, true]) {
          ctx.beginPath();
          for (const [[ax, ay, below], [bx, by], isOrder] of each) {
            if (isOrder !== order) continue;
            if (below) { ctx.moveTo(ax, ay); ctx.quadraticCurveTo(ax, by, bx, by); continue; }
            const bend = Math.max(8, Math.min(80, Math.abs(bx - ax) / 2));
            ctx.moveTo(ax, ay);
            ctx.bezierCurveTo(ax + bend, ay, bx - bend, by, bx, by);
          }
          if (order && each.length < 200) ctx.setLineDash([4, 3]);
          ctx.stroke();
          ctx.setLineDash([]);
        }
        if (r < TEXT || each.length > 300) return;
        for (const [, [bx, by]] of each) { ctx.beginPath(); ctx.moveTo(bx + 1, by); ctx.lineTo(bx - 4, by - 3); ctx.lineTo(bx - 4, by + 3); ctx.fill(); }
      };
      if (quiet.length <= 1200) stroke(quiet, ink.faint, lit ? .15 : quiet.length > 200 ? .18 : .55, 1);
      stroke(bright, ink.ink, .9, 1.600);
      ctx.globalAlpha = 1;
    };
    const playhead = () => {
      if (ended()) return;
      const px = Math.round(x(now())) + .5;
      ctx.globalAlpha = 1;
      ctx.strokeStyle = ink.running;
      ctx.lineWidth = 1;
      ctx.setLineDash([2, 3]);
      ctx.beginPath();
      ctx.moveTo(px, AXIS);
      ctx.lineTo(px, height);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    const spent = (bar) => bar.start === null ? "not started" : lasted(Math.max(0, until(bar) - bar.start));
    const tip = (bar) => {
      const text = `${words(bar)} · ${bar.kind === 2 ? "" : `${bar.name} · `}${spent(bar)}`, w = Math.min(width - 8, wide(text) + 16);
      const px = clamp(x(from(bar)), 4, width - w - 4), above = y(bar.top) - 24, py = above < AXIS ? y(bar.top + 1) + 2 : above;
      ctx.globalAlpha = 1;
      ctx.fillStyle = ink.ink;
      ctx.beginPath();
      ctx.roundRect(px, py, w, 22, 4);
      ctx.fill();
      ctx.fillStyle = ink.paper;
      ctx.fillText(text, px + 8, py + 11.500);
    };

    // ---- The small map, while not all is in view. ----
    const MAP = 168;
    let sheet = null;
    const minimap = () => {
      const shown = (width - LEFT * 2) / scale() / horizon, tall = (height - AXIS - 8) / row() / total;
      map.hidden = shown > .98 && tall > .98;
      if (map.hidden) return;
      const h = clamp(Math.round(MAP * height / width), 48, 84), c = map.getContext("2d"), ratio = devicePixelRatio || 1;
      if (!mapped) {
        mapped = true;
        sheet = document.createElement("canvas");
        sheet.width = MAP * ratio;
        sheet.height = h * ratio;
        map.width = sheet.width;
        map.height = sheet.height;
        map.style.height = `${h}px`;
        const s = sheet.getContext("2d"), covered = new Map();
        s.scale(ratio, ratio);
        s.fillStyle = ink.sheet;
        s.fillRect(0, 0, MAP, h);
        for (const bar of bars.values()) {
          if (isOpen(bar)) continue;
          const a = from(bar) / horizon * MAP, b = Math.max(a + 1, until(bar) / horizon * MAP), py = bar.top / total * h, line = Math.floor(py);
          if (bar.type !== "failed" && (covered.get(line) ?? -1) >= b) continue;
          covered.set(line, b);
          s.fillStyle = ink[bar.type];
          s.fillRect(a, py, b - a, Math.max(1, Math.min(4, h / total - 1)));
        }
      }
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.drawImage(sheet, 0, 0);
      c.scale(ratio, ratio);
      c.strokeStyle = ink.focus;
      c.lineWidth = 1.500;
      const w = Math.max(8, Math.min(1, shown) * MAP), high = Math.max(8, Math.min(1, tall) * h);
      c.strokeRect(clamp(left / horizon * MAP, 1, MAP - w - 1), clamp(up / total * h, 1, h - high - 1), w, high);
    };
    const mapTo = (e) => {
      const box = map.getBoundingClientRect();
      left = (e.clientX - box.left) / box.width * horizon - (width - LEFT * 2) / scale() / 2;
      up = (e.clientY - box.top) / box.height * total - (height - AXIS - 8) / row() / 2;
      moved = true;
      bound();
      soon();
    };
    map.addEventListener("pointerdown", (e) => { map.setPointerCapture(e.pointerId); mapTo(e); });
    map.addEventListener("pointermove", (e) => { if (e.buttons & 1) mapTo(e); });

    // ---- Ancestry and descent of one bar: what it came after, what came after it, and what those are in. ----
    const kin = (id) => {
      if (!bars.has(id)) return null;
      const found = new Set([id]);
      for (const [next, side] of [[incoming, "from"], [outgoing, "to"]]) {
        const far = [id], seen = new Set(far);
        while (far.length) for (const edge of next.get(far.pop()) ?? []) {
          if (seen.has(edge[side])) continue;
          seen.add(edge[side]);
          found.add(edge[side]);
          far.push(edge[side]);
        }
      }
      for (const each of [...found]) for (let up = bars.get(each)?.parent; up; up = bars.get(up)?.parent) found.add(up);
      for (const bar of bars.values()) if (bar.parent === id) found.add(bar.id);
      return found;
    };
    const light = () => { lit = edges.length || bars.size > 1 ? kin(hover || chosen) : null; soon(); };
    const choose = (id, tell = true) => {
      chosen = id;
      light();
      const bar = bars.get(id);
      if (bar && tell) said.textContent = `${words(bar)}, ${bar.kind === 2 ? several(bar.inside, "run") : bar.name}, ${spent(bar)}${opens(bar) ? isOpen(bar) ? ", open" : ", folded" : ""}`;
    };

    // ---- Opening in place. ----
    const turn = (bar) => {
      if (!opens(bar)) return;
      if (isOpen(bar)) {
        if (all) { all = false; for (const each of bars.values()) if (opens(each)) open.add(each.id); }
        open.delete(bar.id);
        prune();
        arrange();
        ask();
      } else {
        open.add(bar.id);
        ask([bar.id]);
      }
      buttons();
    };
    const turnAll = () => {
      all = !all && ![...bars.values()].some(isOpen);
      open.clear();
      if (all) { whole = true; } else { prune(); arrange(); fit(); }
      buttons();
      ask();
    };
    const buttons = () => {
      root.querySelector("[data-graph=open-all]").textContent = all || open.size ? "Fold all" : "Open all";
      const save = root.querySelector("a[download]");
      save.href = save.href.split("?")[0] + (all ? "?all=yes" : "");
    };

    // ---- Details of what was clicked. ----
    const close = () => { details.hidden = true; };
    const tellMore = (bar) => {
      const facts = element("dl");
      const fact = (name, text) => facts.append(element("div", {}, element("dt", {}, name), element("dd", {}, text)));
      if (bar.group) for (const [type, name, count] of bar.group.counts) facts.append(element("div", {}, element("dt", { class: `c-${type}` }, `${SIGNS[type]} ${name}`), element("dd", { class: "num" }, thousands(count))));
      else fact("State", element("span", { class: `c-${bar.type}` }, `${SIGNS[bar.type]} ${bar.name}`));
      if (bar.start !== null) fact("Began", `${lasted(Math.max(0, bar.start))} in`);
      fact(bar.end === null && bar.start !== null ? "So far" : "Took", spent(bar));
      if (bar.attempts > 1) fact("Attempts", String(bar.attempts));
      if (bar.artifacts) fact("Artifacts", String(bar.artifacts));
      const acts = element("p", { class: "acts" });
      if (opens(bar)) {
        const button = element("button", { type: "button" }, isOpen(bar) ? "Fold" : "Open in place");
        button.onclick = () => { close(); turn(bar); };
        acts.append(button);
      }
      if (bar.run) acts.append(element("a", { class: "button", href: `/runs/${bar.run}` }, "Go to the run"));
      else acts.append(element("a", { class: "button", href: `${root.dataset.run}?tab=tasks#tabs` }, "List the runs"));
      const x1 = element("button", { type: "button", class: "plain", "aria-label": "Close" }, "Close");
      x1.onclick = () => { close(); canvas.focus(); };
      details.replaceChildren(element("div", { class: "bar" }, element("b", {}, bar.kind === 2 ? shortest(bar) : bar.label), element("span", { class: "tail" }, x1)), facts, acts);
      details.hidden = false;
      const box = details.getBoundingClientRect();
      details.style.left = `${clamp(x(from(bar)), 4, Math.max(4, width - box.width - 4))}px`;
      const below = y(bar.top + 1) + 4;
      details.style.top = `${below + box.height > Math.max(height, box.height + below - 60) ? Math.max(AXIS, y(bar.top) - box.height - 4) : below}px`;
    };

    // ---- Hands: pointer, wheel, keys. ----
    const under = (px, py) => {
      if (py < AXIS) return 0;
      let found = 0, near = 5;
      const r = row(), top = up + (py - AXIS - 4) / r;
      inView((bar, end) => {
        if (top < bar.top || top > bar.top + 1) return;
        const a = x(from(bar)), b = Math.max(x(until(bar)), a + (bar.start === null ? 28 : 3));
        const room = r >= TEXT ? Math.min(b + 20 + wide(shortest(bar)), end) : b;
        const off = px < a ? a - px : px > b ? (px <= room ? 1 : px - b) : 0;
        if (off < near || found === 0 && off === near) { near = off; found = bar.id; }
      });
      return found;
    };
    const place = (e) => { const box = canvas.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; };
    let held = null, scrolled = 0;
    addEventListener("scroll", () => { scrolled = performance.now(); }, { passive: true });
    canvas.addEventListener("wheel", (e) => {
      // Whoever scrolls the page goes on doing so, and where all is in view there is nothing to zoom out of.
      if (performance.now() - scrolled < 250 && !moved) return;
      if (e.deltaY > 0 && zoom <= 1 && !e.shiftKey && Math.abs(e.deltaX) <= Math.abs(e.deltaY)) return;
      e.preventDefault();
      close();
      if (e.shiftKey) panBy(0, -(e.deltaY || e.deltaX)); else if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) panBy(-e.deltaX, 0);
      else zoomBy(Math.exp(-clamp(e.deltaY, -120, 120) * .0022), ...place(e));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (e) => {
      if (e.button) return;
      canvas.focus({ preventScroll: true });
      held = { x: e.clientX, y: e.clientY, went: false };
    });
    canvas.addEventListener("pointermove", (e) => {
      if (held) {
        const dx = e.clientX - held.x, dy = e.clientY - held.y;
        if (!held.went && Math.abs(dx) + Math.abs(dy) < 4) return;
        if (!held.went) { held.went = true; canvas.setPointerCapture(e.pointerId); close(); }
        held.x = e.clientX; held.y = e.clientY;
        panBy(dx, dy);
        return;
      }
      const id = under(...place(e));
      if (id !== hover) { hover = id; canvas.classList.toggle("at", id !== 0); light(); }
    });
    canvas.addEventListener("pointerup", (e) => {
      const was = held;
      held = null;
      if (!was || was.went) return;
      const bar = bars.get(under(...place(e)));
      if (!bar) { close(); choose(0); return; }
      choose(bar.id);
      if (bar.kind === 2) { close(); turn(bar); } else tellMore(bar);
    });
    canvas.addEventListener("pointercancel", () => { held = null; });
    canvas.addEventListener("pointerleave", () => { if (hover) { hover = 0; light(); } });
    canvas.addEventListener("dblclick", (e) => { e.preventDefault(); if (!under(...place(e))) { if (moved) fit(); else zoomBy(2, ...place(e)); } else fit(); });
    const order = () => [...bars.values()].sort((a, b) => a.top - b.top || from(a) - from(b));
    canvas.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const bar = bars.get(chosen), each = order(), at = each.indexOf(bar);
      const step = (by) => { const next = each[clamp(at + by, 0, each.length - 1)]; if (next) { choose(next.id); show(next); } };
      const keys = {
        "+": () => zoomBy(1.300, bar ? clamp(x(from(bar)), 0, width) : undefined), "-": () => zoomBy(1 / 1.300), "0": fit,
        ArrowDown: () => step(1), ArrowRight: () => step(1), ArrowUp: () => step(-1), ArrowLeft: () => step(-1), Home: () => step(-1e9), End: () => step(1e9),
        Enter: () => { if (bar && opens(bar) && bar.kind === 2) turn(bar); else if (bar?.run) location.href = `/runs/${bar.run}`; },
        " ": () => { if (bar && opens(bar)) turn(bar); else if (bar) tellMore(bar); },
        Escape: () => { close(); choose(0); },
      };
      const act = keys[e.key === "=" ? "+" : e.key];
      if (!act) return;
      e.preventDefault();
      e.stopPropagation();
      act();
    });
    root.addEventListener("click", (e) => {
      const act = e.target.closest("[data-graph]")?.dataset.graph;
      if (act === "in") zoomBy(1.500); else if (act === "out") zoomBy(1 / 1.500); else if (act === "fit") fit(); else if (act === "open-all") turnAll();
    });

    // ---- The same as a list. ----
    const MOST = 500;
    let shown = new Map();
    const tell = () => {
      const focused = document.activeElement?.closest?.("#graph-list [role=treeitem]")?.dataset.id;
      const made = document.createDocumentFragment();
      const family = (parent, level) => {
        const each = (families.get(parent) ?? []).flatMap((row) => row.bars).sort((a, b) => from(a) - from(b) || a.id - b.id);
        const most = shown.get(parent) ?? MOST;
        for (const bar of each.slice(0, most)) {
          const item = element("div", { role: "treeitem", "data-id": bar.id, "aria-level": level, tabindex: -1, "aria-expanded": opens(bar) ? String(isOpen(bar)) : undefined });
          item.style.paddingLeft = `${(level - 1) * 20}px`;
          const act = opens(bar) ? element("button", { type: "button", class: "plain", tabindex: -1 }, isOpen(bar) ? "Fold" : "Open") : element("span", { class: "none" });
          if (opens(bar)) act.onclick = () => turn(bar);
          const name = bar.run ? element("a", { href: `/runs/${bar.run}`, tabindex: -1 }, bar.label) : element("span", {}, words(bar).replace("  ", ": "));
          item.append(act, element("span", { class: `c-${bar.type}`, title: bar.name }, SIGNS[bar.type]), name,
            element("span", { class: "soft" }, bar.kind === 2 ? "" : bar.name), element("span", { class: "soft num" }, `${spent(bar)}${bar.attempts > 1 ? `, ${bar.attempts} attempts` : ""}`));
          made.append(item);
          if (isOpen(bar)) family(bar.id, level + 1);
        }
        if (each.length > most) {
          const more = element("button", { type: "button", class: "more" }, `Show ${thousands(Math.min(MOST, each.length - most))} more of ${thousands(each.length)}`);
          more.onclick = () => { shown.set(parent, most + MOST); tell(); };
          made.append(more);
        }
      };
      family(0, 1);
      list.replaceChildren(made);
      const first = focused && list.querySelector(`[data-id="${focused}"]`) || list.querySelector("[role=treeitem]");
      if (first) first.tabIndex = 0;
      if (focused) first?.focus();
    };
    list.addEventListener("keydown", (e) => {
      const item = e.target.closest("[role=treeitem]"), bar = bars.get(Number(item?.dataset.id));
      if (!bar) return;
      const items = [...list.querySelectorAll("[role=treeitem]")], at = items.indexOf(item);
      const go = (to) => { if (!to) return; item.tabIndex = -1; to.tabIndex = 0; to.focus(); };
      const parent = () => items.find((each) => Number(each.dataset.id) === bar.parent);
      const keys = {
        ArrowDown: () => go(items[at + 1]), ArrowUp: () => go(items[at - 1]), Home: () => go(items[0]), End: () => go(items[items.length - 1]),
        ArrowRight: () => { if (opens(bar) && !isOpen(bar)) turn(bar); else if (isOpen(bar)) go(items[at + 1]); },
        ArrowLeft: () => { if (isOpen(bar)) turn(bar); else go(parent()); },
        Enter: () => { if (bar.run) location.href = `/runs/${bar.run}`; else turn(bar); },
      };
      if (!keys[e.key] || e.target.tagName === "BUTTON" && e.key === "Enter") return;
      e.preventDefault();
      e.stopPropagation();
      keys[e.key]();
    });
    const chart = root.querySelector("#graph-chart"), other = root.querySelector("#graph-list-view"), view = root.querySelector("#graph-chart-view");
    const turnTo = (isList) => {
      list.hidden = !isList;
      view.hidden = isList;
      for (const each of root.querySelectorAll("[data-graph=in], [data-graph=out], [data-graph=fit]")) each.hidden = isList;
      chart.setAttribute("aria-pressed", String(!isList));
      other.setAttribute("aria-pressed", String(isList));
      if (isList) tell(); else resize();
    };
    chart.onclick = () => turnTo(false);
    other.onclick = () => turnTo(true);

    // ---- Beginning, and going on while the run does. ----
    new ResizeObserver(resize).observe(room);
    new MutationObserver(colours).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colours);
    document.addEventListener("tidegate:change", () => ask());
    let last = 0;
    setInterval(() => {
      if (ended() || document.hidden || Math.abs(now() - last) * scale() < .5) return;
      last = now();
      soon();
    }, 100);
    colours();
    ask();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("graph");
    if (root?.querySelector("#graph-canvas")) begin(root);
  });
})();
