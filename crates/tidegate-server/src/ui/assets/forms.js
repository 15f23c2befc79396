// Forms: a button that adds or takes out a row is answered in place. Without this script the whole page is, and nothing else differs.
(() => {
  "use strict";
  const answered = async (form, button) => {
    const data = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.id);
    if (!fresh) { form.requestSubmit(button); return; }
    const act = button.value, path = act.slice(act.indexOf(":") + 1);
    const open = [...form.querySelectorAll("details[open]")].map((each) => each.querySelector("input")?.name);
    form.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const each of form.querySelectorAll("details")) if (open.includes(each.querySelector("input")?.name)) each.open = true;
    document.dispatchEvent(new CustomEvent("tidegate:form"));
    // Where the row was added, or where the one was that is gone.
    const list = act.startsWith("add:") ? path : path.slice(0, path.lastIndexOf("/"));
    const rows = form.querySelector(`[name="count:${CSS.escape(list)}"]`)?.parentElement;
    const last = act.startsWith("add:") ? [...(rows?.querySelectorAll(":scope > .row-of") ?? [])].pop() : null;
    (last?.querySelector("input, textarea, select") ?? form.querySelector(`button[value="add:${CSS.escape(list)}"]`))?.focus();
  };
  document.addEventListener("submit", (e) => {
    const form = e.target, act = e.submitter?.name === "act" ? e.submitter.value : "";
    if (!form.matches("[data-form]") || !form.id || !/^(add|remove):|^(show|json|form)$/.test(act)) return;
    e.preventDefault();
    answered(form, e.submitter);
  });
  // What is wrong is where one looks first.
  document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-form] [aria-invalid=true]")?.focus());
})();
