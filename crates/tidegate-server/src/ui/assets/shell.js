// What keys and buttons do on every page: the list of keys, popovers that close, rows that are ticked.
(() => {
  "use strict";
  const close = () => {
    let any = false;
    for (const each of document.querySelectorAll("details.sure[open]")) { each.open = false; any = true; }
    return any;
  };
  const help = () => document.getElementById("keys");
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      const open = document.querySelector("details.sure[open] > summary");
      if (close()) open.focus();
      return;
    }
    if (/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)) return;
    if (e.key === "?") { const dialog = help(); if (dialog && !dialog.open) dialog.showModal(); }
    if (e.key === "x") document.querySelector("tbody tr.at [name=run]")?.click();
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("#show-keys")) help()?.showModal();
    const dialog = help();
    if (dialog?.open && e.target === dialog) dialog.close();
    for (const each of document.querySelectorAll("details.sure[open]")) if (!each.contains(e.target)) each.open = false;
  });
  // Where a popover opens, what is to be typed or pressed is next.
  document.addEventListener("toggle", (e) => {
    if (!e.target.matches?.("details.sure[open]")) return;
    for (const each of document.querySelectorAll("details.sure[open]")) if (each !== e.target) each.open = false;
    e.target.querySelector("input:not([type=hidden]), button")?.focus();
  }, true);
  document.addEventListener("DOMContentLoaded", () => { for (const each of document.querySelectorAll("[data-scripted]")) each.hidden = false; });
})();
